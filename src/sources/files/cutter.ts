import type { RecordFault } from '../../job/fault.js';

/** What a search for the next record came to. */
export const Found = {
  /** A record: `start`, `end`, `next` and `fault` tell about it. */
  RECORD: 0,
  /** No record is complete in the buffer: go on with the bytes from `next` on and more behind them. */
  MORE: 1,
  /** A record at `start`, dirty by `fault`, whose end is not in the buffer: find it by `skip`. */
  OVERLONG: 2,
  /** No record comes after this: all up to `next` has been seen. */
  END: 3,
  /** What stands at `start`, which may lie before the buffer, has no end by which to tell where reading goes on. */
  LOST: 4,
} as const;
export type Found = (typeof Found)[keyof typeof Found];

/**
 * Decides where records start and end; the only code of a format that does. Splitting and reading a file use it
 * alike, so that every border between partitions is a border between records.
 *
 * What it finds depends on the bytes alone, never on how they come in buffers. The results of a call stand in its
 * fields until the next one: an object a record would cost more than finding it.
 */
export interface Cutter {
  /** Index of the record's first byte. */
  readonly start: number;
  /** Index behind the record's last byte, without line end or separator. */
  readonly end: number;
  /** Index from which the search goes on. */
  readonly next: number;
  /** Why the record is dirty, as far as its bytes tell that before they are parsed. */
  readonly fault: RecordFault | undefined;
  /** What it takes, beside the offset, to go on from `next` without having read what stands before; 0 if left out. */
  readonly context?: number;
  /**
   * Looks for the next record from `from` on.
   * @param buffer the bytes; the whole of them, not a part of a larger one
   * @param atEnd whether nothing comes after the buffer
   */
  find(buffer: Buffer, from: number, atEnd: boolean): Found;
  /**
   * Looks for the end of an overlong record, buffer by buffer.
   * @returns the index from which the search for records goes on, or -1 if the end is not in the buffer
   */
  skip(buffer: Buffer, from: number): number;
}
