/** Bytes in order. */
export interface ByteInput {
  /** Fills some of `target` from index `at` on. @returns the number of bytes, 0 at the end */
  readInto(target: Buffer, at: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * A stretch of an input in memory that moves along with reading.
 *
 * Every move takes a new buffer. What has been handed out of an old one (the raw bytes of records that are not
 * acknowledged yet) is therefore never overwritten: it lives as long as somebody holds it.
 */
export class Window {
  /** The bytes in memory. */
  buffer: Buffer = Buffer.alloc(0);
  /** Where the buffer starts in the input. */
  base: number;
  /** Whether nothing comes after the buffer. */
  atEnd = false;
  readonly #input: ByteInput;
  readonly #blockSize: number;
  readonly #border: number;

  /**
   * @param base where the input's next byte stands
   * @param blockSize bytes to read at a time
   * @param border a place that is read up to, and passed only when more is asked for there
   */
  constructor(input: ByteInput, base: number, blockSize: number, border: number) {
    this.#input = input;
    this.base = base;
    this.#blockSize = blockSize;
    this.#border = border;
  }

  /**
   * Forgets the bytes before index `keep` and reads more behind the others: a block, or as much as was kept, so that
   * the cost of long records stays linear.
   */
  async more(keep: number): Promise<void> {
    const kept = this.buffer.length - keep;
    const position = this.base + this.buffer.length;
    const room = Math.max(this.#blockSize, kept);
    const wanted = position < this.#border ? Math.min(room, this.#border - position) : room;
    const fresh = Buffer.allocUnsafeSlow(kept + wanted);
    this.buffer.copy(fresh, 0, keep);
    let filled = kept;
    while (filled < fresh.length && !this.atEnd) {
      const read = await this.#input.readInto(fresh, filled);
      if (read === 0) this.atEnd = true;
      filled += read;
    }
    this.base += keep;
    this.buffer = fresh.subarray(0, filled);
  }

  /** Makes sure that the first `count` bytes are in memory, or all there are. */
  async atLeast(count: number): Promise<void> {
    while (this.buffer.length < count && !this.atEnd) await this.more(0);
  }

  close(): Promise<void> {
    return this.#input.close();
  }
}
