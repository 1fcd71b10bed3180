import type { RecordFault } from '../../job/fault.js';
import type { Position } from '../../job/report.js';
import { type Cut, type RecordBytes, rawLimit } from './cut.js';
import { positionOf } from './position.js';

/** What the records of a file have in common. */
export interface FileContext {
  /** First part of the records' ids. */
  readonly fileId: string;
  /** The file's name without its folders. */
  readonly name: string;
  readonly maxRecordSize: number;
}

/** What every batch of records of a file can tell, whatever its format. */
export class FileBatch {
  readonly length: number;
  readonly #cut: Cut;
  readonly #file: FileContext;

  constructor(cut: Cut, file: FileContext) {
    this.length = cut.starts.length;
    this.#cut = cut;
    this.#file = file;
  }

  positionAfter(i: number): Position {
    return positionOf(this.#cut.base + this.#cut.nexts[i], this.#cut.contexts[i]);
  }

  id(i: number): string {
    return `${this.#file.fileId}-${this.#cut.base + this.#cut.starts[i]}`;
  }

  /** An overlong record is cut at the same length whether its end was in memory or not. */
  raw(i: number): Uint8Array {
    const { buffer, starts, ends } = this.#cut;
    const { maxRecordSize } = this.#file;
    const length = ends[i] - starts[i];
    return buffer.subarray(
      starts[i],
      starts[i] + (length > maxRecordSize ? rawLimit(maxRecordSize) : length),
    );
  }

  /** Of an overlong record whose end was not in memory it is what reading passed over, its line end included. */
  bytes(i: number): number {
    const { starts, ends, passedOver } = this.#cut;
    return passedOver ?? ends[i] - starts[i];
  }

  place(i: number): string {
    return `${this.#file.name} byte ${this.#cut.base + this.#cut.starts[i]}`;
  }

  fault(i: number): RecordFault | undefined {
    return this.#cut.faults.get(i);
  }
}

/** A batch of records that are JSON objects. */
export class JsonFileBatch extends FileBatch {
  readonly shape = 'json';
  readonly #text: RecordBytes;

  /** @param text the records of the cut in UTF-8 */
  constructor(cut: Cut, file: FileContext, text: RecordBytes) {
    super(cut, file);
    this.#text = text;
  }

  json(i: number): Uint8Array {
    const { buffer, starts, ends } = this.#text;
    return buffer.subarray(starts[i], ends[i]);
  }
}
