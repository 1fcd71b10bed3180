import type { RecordFault } from '../../job/fault.js';
import { Found } from '../files/cutter.js';
import { ElementEnd, type EndFinder } from './element-end.js';
import { SINGLE_TOO_LONG, UNCLOSED } from './faults.js';
import { RECORD_TOO_LONG } from './object-check.js';
import type { PathPlace } from './record-path.js';

/**
 * What may come next in the innermost open container: the first element or member, or its end; another one, behind a
 * comma; a comma or its end, behind one. For a member that leads on, and for any other, a colon and a value; `rest`
 * is what is passed over of the other's. `garbage` should not be there; `end` is that of the file.
 */
export type Expected =
  | 'first'
  | 'next'
  | 'comma'
  | 'colon'
  | 'value'
  | 'rest of name'
  | 'other colon'
  | 'other value'
  | 'rest of value'
  | 'garbage'
  | 'end';

/** The half of a cutter that makes records of what the other half, which knows where they start, comes to. */
export abstract class RecordTaker {
  start = 0;
  end = 0;
  next = 0;
  fault: RecordFault | undefined;
  protected expected: Expected = 'comma';
  protected readonly place: PathPlace;
  protected readonly valueEnd = new ElementEnd();
  readonly #maxRecordSize: number;
  /** Looks for the end of the overlong record that was found last. */
  #overlongEnd: EndFinder = this.valueEnd;

  constructor(maxRecordSize: number, place: PathPlace) {
    this.#maxRecordSize = maxRecordSize;
    this.place = place;
  }

  get context(): number {
    return this.place.context;
  }

  skip(buffer: Buffer, from: number): number {
    return this.#overlongEnd.search(buffer, from, buffer.length);
  }

  /** A record from `at` up to where `finder`, which is about to start, has its end. */
  protected take(
    buffer: Buffer,
    at: number,
    atEnd: boolean,
    finder: EndFinder,
    fault: RecordFault | undefined,
  ): Found {
    const limit = at + this.#maxRecordSize;
    const stop = Math.min(buffer.length, limit);
    const end = finder.search(buffer, at, stop);
    if (end !== -1) return this.record(at, end, fault);
    if (stop === limit) {
      this.record(at, stop, fault ?? (this.place.isInRecords ? RECORD_TOO_LONG : SINGLE_TOO_LONG));
      this.#overlongEnd = finder;
      return Found.OVERLONG;
    }
    if (!atEnd) return this.more(at);
    if (this.place.depth === 0 && !finder.isOpen) return this.record(at, stop, fault);
    return this.#unclosed(at, stop);
  }

  /** A record whose end is known. */
  protected record(start: number, end: number, fault: RecordFault | undefined): Found {
    this.start = start;
    this.end = end;
    this.next = end;
    this.fault = fault;
    this.expected = 'comma';
    return Found.RECORD;
  }

  /** The buffer has nothing more, and no record begins in it. */
  protected atEnd(buffer: Buffer, atEnd: boolean): Found {
    if (!atEnd) return this.more(buffer.length);
    if (this.expected !== 'end' && this.place.depth > 0) return this.#unclosed(buffer.length, buffer.length);
    this.start = buffer.length;
    this.next = buffer.length + 1;
    return Found.END;
  }

  /** @param keep the first index that is needed again */
  protected more(keep: number): Found {
    this.next = keep;
    return Found.MORE;
  }

  #unclosed(start: number, end: number): Found {
    this.record(start, end, UNCLOSED);
    this.expected = 'end';
    return Found.RECORD;
  }
}
