import type { Fault, RecordFault } from '../../job/fault.js';
import { type Cutter, Found } from './cutter.js';
import { Pause } from './pause.js';
import type { Window } from './window.js';

const MAX_RECORDS = 4096;
const MAX_BYTES = 1024 * 1024;

/** How much of an overlong record is kept to show it: less where even shorter records count as overlong. */
export const rawLimit = (maxRecordSize: number): number => Math.min(64 * 1024, maxRecordSize);

/** Consecutive records in one buffer. */
export interface RecordBytes {
  readonly buffer: Buffer;
  /** Index of each record's first byte. */
  readonly starts: readonly number[];
  /** Index behind each record's last byte. */
  readonly ends: readonly number[];
}

/** Consecutive records as they stand in the input, taken apart but not parsed yet. */
export interface Cut extends RecordBytes {
  /** Where the buffer starts in the input. */
  readonly base: number;
  /** Index from which reading goes on after each record; it may lie behind the buffer. */
  readonly nexts: readonly number[];
  /** What a cutter has to know to go on there: {@link Cutter.context}. */
  readonly contexts: readonly number[];
  /** Why records are dirty, by their number; more are found when they are parsed. */
  readonly faults: Map<number, RecordFault>;
  /**
   * Of an overlong record whose end was not in memory, alone in its cut: how many bytes reading passed over, its line
   * end included.
   */
  readonly passedOver: number | undefined;
}

type RecordState = Pick<Cutter, 'fault' | 'context'>;

class OpenCut implements Cut {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly nexts: number[] = [];
  readonly contexts: number[] = [];
  readonly faults = new Map<number, RecordFault>();
  passedOver: number | undefined;

  constructor(
    readonly buffer: Buffer,
    readonly base: number,
  ) {}

  get full(): boolean {
    const { starts, ends } = this;
    return starts.length >= MAX_RECORDS || ends[ends.length - 1] - starts[0] >= MAX_BYTES;
  }

  add(start: number, end: number, next: number, { fault, context = 0 }: RecordState): void {
    if (fault) this.faults.set(this.starts.length, fault);
    this.starts.push(start);
    this.ends.push(end);
    this.nexts.push(next);
    this.contexts.push(context);
  }

  /** Nothing comes between the last record and `position` in the input: let reading go on there. */
  extendTo(position: number): void {
    this.nexts[this.nexts.length - 1] = position - this.base;
    this.contexts[this.contexts.length - 1] = 0;
  }
}

/**
 * The records that start before `end`.
 *
 * A cut is given out only when it is known whether a record follows it: so that reading goes on at the end of the
 * partition after its last record, whatever blank lines there are between them.
 * @param end where the partition ends; Infinity if at the end of the content
 * @param lost makes the fault to throw where something without an end starts in the content
 */
export async function* cutRecords(
  window: Window,
  cutter: Cutter,
  end: number,
  maxRecordSize: number,
  signal: AbortSignal,
  lost: (start: number) => Fault,
): AsyncGenerator<Cut> {
  const alive = () => signal.throwIfAborted();
  const pause = new Pause(alive);
  let cut: OpenCut | undefined;
  let isOverlong = false;
  let from = 0;
  for (;;) {
    if (pause.isDue()) await pause.take();
    const found = cutter.find(window.buffer, from, window.atEnd);
    if (found === Found.LOST) {
      // An overlong record without an end has not been read: reading on must come to it again.
      if (cut && !isOverlong) yield cut;
      throw lost(window.base + cutter.start);
    }
    const start = window.base + (found === Found.MORE ? cutter.next : cutter.start);
    if (found === Found.END || start >= end) break;
    if (found === Found.MORE) {
      alive();
      await window.more(cutter.next);
      from = 0;
      continue;
    }
    if (cut && (found === Found.OVERLONG || cut.buffer !== window.buffer || cut.full)) {
      yield cut;
      alive();
      cut = undefined;
    }
    isOverlong = found === Found.OVERLONG;
    if (isOverlong) {
      const head = window.buffer.subarray(cutter.start, cutter.start + rawLimit(maxRecordSize));
      cut = new OpenCut(Buffer.from(head), start);
      from = await skipOverlong(window, cutter, alive);
      cut.passedOver = window.base + from - start;
      cut.add(0, head.length, cut.passedOver, cutter);
    } else {
      cut ??= new OpenCut(window.buffer, window.base);
      cut.add(cutter.start, cutter.end, cutter.next, cutter);
      from = cutter.next;
    }
  }
  if (cut) {
    cut.extendTo(Math.min(end, window.base + cutter.next));
    yield cut;
  }
}

/**
 * Passes over an overlong record without keeping it.
 * @param eachBlock called for every block; throws to stop
 * @returns the index in the window from which the search for records goes on
 */
export async function skipOverlong(window: Window, cutter: Cutter, eachBlock: () => void): Promise<number> {
  for (let from = cutter.next; ; from = 0) {
    const next = cutter.skip(window.buffer, from);
    if (next >= 0) return next;
    if (window.atEnd) return window.buffer.length;
    eachBlock();
    await window.more(window.buffer.length);
  }
}
