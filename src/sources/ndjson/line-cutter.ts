import type { RecordFault } from '../../job/fault.js';
import { LF } from '../files/bytes.js';
import { type Cutter, Found } from '../files/cutter.js';
import { RECORD_TOO_LONG } from '../files/record-faults.js';
import { afterWhiteSpace, isWhiteSpace } from '../json/white-space.js';

/** Decides where a record of an NDJSON file ends: at its line feed. White space around a record is no part of it. */
export class LineCutter implements Cutter {
  start = 0;
  end = 0;
  next = 0;
  fault: RecordFault | undefined;
  readonly #maxRecordSize: number;

  constructor(maxRecordSize: number) {
    this.#maxRecordSize = maxRecordSize;
  }

  find(buffer: Buffer, from: number, atEnd: boolean): Found {
    const start = afterWhiteSpace(buffer, from);
    this.start = start;
    this.next = start;
    this.fault = undefined;
    if (start === buffer.length) return atEnd ? Found.END : Found.MORE;

    const lineEnd = buffer.indexOf(LF, start);
    const end = lineEnd === -1 ? buffer.length : lineEnd;
    if (end > start + this.#maxRecordSize) this.fault = RECORD_TOO_LONG;
    if (lineEnd !== -1 || atEnd) {
      this.end = end;
      while (!this.fault && isWhiteSpace(buffer[this.end - 1])) this.end--;
      this.next = lineEnd === -1 ? end : lineEnd + 1;
      return Found.RECORD;
    }
    if (!this.fault) return Found.MORE;
    this.next = buffer.length;
    return Found.OVERLONG;
  }

  skip(buffer: Buffer, from: number): number {
    return buffer.indexOf(LF, from) + 1 || -1;
  }
}
