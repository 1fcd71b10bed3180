/** As many as two bytes can number; 0 stands for none. */
const MAX_WAYS = 0xffff;

/**
 * Which ways through a buffer came to nothing: they ran out in quotes, or met something behind quotes that may not stand
 * there.
 *
 * Of such a record only the first line is given up, and the next walk begins behind it. Where that opens quotes at a
 * place where an earlier one did, it goes the same way from there on, and may go on where that ended. Without this, a
 * file made for it would cost the length of the longest record for each of its lines.
 *
 * There are few ways at any place: a quote that opens quotes for one walk closes those of another, so that two walks
 * soon meet, or one of them ends.
 */
export class WalkMemory {
  readonly buffer: Buffer;
  /** The number of the way that opened quotes at an index. */
  readonly #ways: Uint16Array;
  /** By the number of a way: the index to go on from, in the quotes that it opened last. */
  readonly #resumes = [0];
  /** Where the current walk opened quotes. */
  #opened: number[] = [];
  /** The ways that it has come to. */
  #joined: number[] = [];

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.#ways = new Uint16Array(buffer.length);
  }

  /** Whether the current walk has left anything out. */
  get hasJoined(): boolean {
    return this.#joined.length > 0;
  }

  begin(): void {
    this.#opened = [];
    this.#joined = [];
  }

  /**
   * The current walk opens quotes at `at`.
   * @returns index from which it goes on, in quotes; not behind its own end, which no earlier walk has gone beyond
   */
  open(at: number): number {
    this.#opened.push(at);
    const way = this.#ways[at];
    if (way === 0) return at + 1;
    this.#joined.push(way);
    return this.#resumes[way];
  }

  /**
   * The current walk came to nothing.
   * @param resume index to go on from, in the quotes that it opened last
   * @param isLong whether it is worth a number of its own
   */
  end(resume: number, isLong: boolean): void {
    if (!this.hasJoined && !isLong) return;
    const way = this.#joined.at(-1) ?? this.#newWay();
    for (const at of this.#opened) this.#ways[at] = way;
    for (const known of this.#joined) this.#resumes[known] = resume;
    this.#resumes[way] = resume;
  }

  #newWay(): number {
    if (this.#resumes.length > MAX_WAYS) {
      // Those that still matter are found again, which is less work than finding as many was.
      this.#ways.fill(0);
      this.#resumes.length = 1;
    }
    return this.#resumes.length;
  }
}
