import { type Decoder, UNDECODABLE } from './decoder.js';

/** Decodes UTF-16. What can be wrong is a surrogate without its other half, and an odd byte at the end. */
export class Utf16Decoder implements Decoder {
  read = 0;
  failed = false;
  readonly #isBigEndian: boolean;

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian;
  }

  decode(source: Buffer, from: number, to: number, target: Buffer, at: number, isLast: boolean): number {
    let last = to - ((to - from) % 2);
    if (!isLast && last > from && this.#isHighSurrogate(source, last - 2)) last -= 2;
    const text = this.#textOf(source.subarray(from, last));
    this.failed = false;
    this.read = last;
    let end = at;
    if (text.isWellFormed()) {
      end += target.write(text, end);
    } else {
      for (const [i, part] of text.split(/\p{Surrogate}/u).entries()) {
        if (i > 0) end = this.#undecodable(target, end);
        end += target.write(part, end);
      }
    }
    if (isLast && last < to) {
      this.read = to;
      end = this.#undecodable(target, end);
    }
    return end;
  }

  #isHighSurrogate(source: Buffer, at: number): boolean {
    return (source[this.#isBigEndian ? at : at + 1] & 0xfc) === 0xd8;
  }

  #textOf(source: Buffer): string {
    return (this.#isBigEndian ? Buffer.from(source).swap16() : source).toString('utf16le');
  }

  #undecodable(target: Buffer, at: number): number {
    this.failed = true;
    target[at] = UNDECODABLE;
    return at + 1;
  }
}
