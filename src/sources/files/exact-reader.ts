import { inputCorrupt } from './faults.js';

/** Gives just as many bytes as asked for. */
export class ExactReader {
  /** How many bytes have been taken or skipped. */
  position = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #path: string;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>, path: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#path = path;
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#chunk = next.value;
    }
    return false;
  }

  async take(count: number): Promise<Buffer> {
    if (this.#chunk.length >= count) return this.#taken(count);
    const bytes = Buffer.allocUnsafe(count);
    for (let filled = 0; filled < count; ) {
      await this.#needMore();
      filled += this.#taken(Math.min(this.#chunk.length, count - filled)).copy(bytes, filled);
    }
    return bytes;
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      await this.#needMore();
      left -= this.#taken(Math.min(this.#chunk.length, left)).length;
    }
  }

  #taken(count: number): Buffer {
    const bytes = this.#chunk.subarray(0, count);
    this.#chunk = this.#chunk.subarray(count);
    this.position += count;
    return bytes;
  }

  async #needMore(): Promise<void> {
    if (await this.isAtEnd()) throw inputCorrupt(this.#path, 'it ends too early');
  }
}
