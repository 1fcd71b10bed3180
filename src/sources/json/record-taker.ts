import type { RecordFault } from '../../job/fault.js';
import { LF } from '../files/bytes.js';
import { Found } from '../files/cutter.js';
import { RECORD_TOO_LONG } from '../files/record-faults.js';
import { OPEN_BRACE } from './bytes.js';
import { ElementEnd, type EndFinder } from './element-end.js';
import { SINGLE_TOO_LONG, UNCLOSED } from './faults.js';
import { ForeignBrackets } from './foreign-brackets.js';
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
  readonly #foreignBrackets = new ForeignBrackets();
  #isInBrackets = false;
  /** Whether the last thing found is an overlong record whose end is still to be found, and whether it can't be. */
  #isOverlong = false;
  #isLost = false;
  /** Length of the buffer that the last search for the end of an overlong record has used up. */
  #usedUp = 0;
  /** Where the last record ended, as an index of the buffer: negative if before it. */
  #read: number | undefined;
  /** The last byte before the buffer. */
  #before = 0;

  constructor(maxRecordSize: number, place: PathPlace) {
    this.#maxRecordSize = maxRecordSize;
    this.place = place;
  }

  get context(): number {
    return this.place.context;
  }

  find(buffer: Buffer, from: number, atEnd: boolean): Found {
    if (this.#isLost || (this.#isOverlong && this.#needsEnd)) return Found.LOST;
    if (this.#isOverlong) this.#read = from;
    this.#isOverlong = false;
    this.#read ??= from;
    this.next = from;
    const found = this.search(buffer, atEnd);
    if (found === Found.MORE) {
      this.#read -= this.next;
      this.#shift(buffer, this.next);
    } else if (found === Found.RECORD) this.#read = this.next;
    return found;
  }

  skip(buffer: Buffer, from: number): number {
    this.start -= this.#usedUp;
    if (this.#isLost) return from;
    const end = this.#overlongEnd.search(buffer, from, buffer.length);
    const stop = end === -1 ? buffer.length : end;
    this.#isLost = this.#isInBrackets && this.#foreignBrackets.search(buffer, from, stop) !== -1;
    if (this.#isLost) return stop;
    if (end === -1) {
      this.#usedUp = buffer.length;
      this.#shift(buffer, buffer.length);
      return end;
    }
    this.#isOverlong = false;
    this.#read = end;
    this.#leaveIfCut(buffer, end, this.#overlongEnd);
    return end;
  }

  /** Looks for the next record from `next` on. */
  protected abstract search(buffer: Buffer, atEnd: boolean): Found;

  /** Whether a line starts at an index. */
  protected isLineStart(buffer: Buffer, at: number): boolean {
    return (at > 0 ? buffer[at - 1] : this.#before) === LF;
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
    if (end !== -1) {
      this.#leaveIfCut(buffer, end, finder);
      return this.record(at, end, fault);
    }
    if (stop === limit) {
      this.record(at, stop, fault ?? (this.place.mayLackPath ? SINGLE_TOO_LONG : RECORD_TOO_LONG));
      this.#overlong(buffer, finder);
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
    if (this.expected !== 'end' && this.place.depth > 0) {
      this.start = this.#read ?? 0;
      const isFar = buffer.length - this.start > this.#maxRecordSize;
      return isFar ? Found.LOST : this.#unclosed(buffer.length, buffer.length);
    }
    this.start = buffer.length;
    this.next = buffer.length + 1;
    return Found.END;
  }

  /** @param keep the first index that is needed again */
  protected more(keep: number): Found {
    this.next = keep;
    return Found.MORE;
  }

  /** Whether the end of the file does not end the overlong record. */
  get #needsEnd(): boolean {
    return this.place.depth > 0 || this.#overlongEnd.isOpen;
  }

  #overlong(buffer: Buffer, finder: EndFinder): void {
    this.#overlongEnd = finder;
    this.#isOverlong = true;
    this.#usedUp = 0;
    this.#isInBrackets = this.place.isInArray && buffer[this.start] === OPEN_BRACE;
    this.#foreignBrackets.begin();
    this.#isLost = this.#isInBrackets && this.#foreignBrackets.search(buffer, this.start, this.end) !== -1;
  }

  /** Where something is cut by what must be a new document, nothing is open any more. */
  #leaveIfCut(buffer: Buffer, end: number, finder: EndFinder): void {
    if (finder.isCutByNext && this.place.isNextDocument(buffer[end])) this.place.leave();
  }

  #shift(buffer: Buffer, by: number): void {
    if (by > 0 && by <= buffer.length) this.#before = buffer[by - 1];
  }

  #unclosed(start: number, end: number): Found {
    this.record(start, end, UNCLOSED);
    this.expected = 'end';
    return Found.RECORD;
  }
}
