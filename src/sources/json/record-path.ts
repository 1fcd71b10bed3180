import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET } from './bytes.js';
import { MemberName } from './member-name.js';

/** A container on the way to the records. */
export interface Level {
  readonly opener: number;
  readonly closer: number;
  /** The member that leads on; absent in an array, where every element does. */
  readonly member?: MemberName;
}

const ARRAY: Level = { opener: OPEN_BRACKET, closer: CLOSE_BRACKET };

/** The containers that records of a path stand in, the array of the records included. */
export const levelsOf = (recordPath: readonly string[]): readonly Level[] => [
  ...recordPath.map((step) =>
    step === '*' ? ARRAY : { opener: OPEN_BRACE, closer: CLOSE_BRACE, member: new MemberName(step) },
  ),
  ARRAY,
];

/** Which containers on the way to the records are open: all there is to know of what stands before. */
export class PathPlace {
  /** How many are open. */
  depth = 0;
  /** Whether the innermost one, if an object, has had the member that leads on. Those around it have. */
  found = true;
  /** The member that leads on from here; undefined in an array and between documents. */
  member: MemberName | undefined;
  /** The first byte of the next container of the path; -1 where there is none. */
  opener = -1;
  readonly #levels: readonly Level[];

  /** @param context see {@link context}; that of a file's start unless given */
  constructor(levels: readonly Level[], context?: number) {
    this.#levels = levels;
    this.#go(
      context === undefined ? 0 : levels.length - Math.abs(context),
      context === undefined || context >= 0,
    );
  }

  /**
   * The place as a number: how many containers of the path are not open, so that it is 0 in the array of the records;
   * negative where the member that leads on is still to come.
   */
  get context(): number {
    const closed = this.#levels.length - this.depth;
    return this.found ? closed : -closed;
  }

  /** Whether what stands here is on the way to the records, not yet one. */
  get isOnTheWay(): boolean {
    return this.depth < this.#levels.length - 1;
  }

  /** Whether what stands here is what a path of at least one step leads to. */
  get isAtItsEnd(): boolean {
    return this.depth > 0 && this.depth === this.#levels.length - 1;
  }

  /** Whether what stands here is an element of the array of the records. */
  get isInRecords(): boolean {
    return this.depth === this.#levels.length;
  }

  /** Whether what stands here is a whole document, and no path says where its records are. */
  get mayLackPath(): boolean {
    return this.depth === 0 && this.#levels.length === 1;
  }

  /** Whether what stands here is an element of an array of the path. */
  get isInArray(): boolean {
    return this.depth > 0 && this.member === undefined;
  }

  /**
   * Whether what starts with a byte, where nothing of the kind may stand, is rather a document than an element or a
   * member: an array without a comma is no record anyway.
   */
  isNextDocument(byte: number): boolean {
    if (this.depth === 0 || byte !== this.#levels[0].opener) return false;
    return this.member !== undefined || byte === OPEN_BRACKET;
  }

  /** Takes all that is open for ended. */
  leave(): void {
    this.#go(0, true);
  }

  open(): void {
    this.#go(this.depth + 1, this.#levels[this.depth].member === undefined);
  }

  close(): void {
    this.#go(this.depth - 1, true);
  }

  #go(depth: number, found: boolean): void {
    this.depth = depth;
    this.found = found;
    this.member = depth > 0 ? this.#levels[depth - 1].member : undefined;
    this.opener = depth < this.#levels.length ? this.#levels[depth].opener : -1;
  }
}
