import { QUOTE } from './bytes.js';

/** Bytes of a UTF-16 unit where it takes the most: as an escape. */
const LONGEST_UNIT = 6;

/** Bytes that may have come in by damage: a name that is no string of JSON any more may be meant for this one all the same. */
const DAMAGE = 16;

/** The name of a member that is looked for in bytes. */
export class MemberName {
  /** Bytes of the longest way to write it, quotes and damage included. */
  readonly longest: number;
  readonly #name: string;
  /** The shortest way to write it. */
  readonly #quoted: Buffer;

  constructor(name: string) {
    this.#name = name;
    this.#quoted = Buffer.from(JSON.stringify(name));
    this.longest = name.length * LONGEST_UNIT + 2 + DAMAGE;
  }

  /**
   * Whether the string between two indexes, quotes included, is this name, however it is written; undefined if it is
   * no string of JSON, and could be this one, damaged.
   */
  matches(buffer: Buffer, start: number, end: number): boolean | undefined {
    const length = end - start;
    if (length < this.#quoted.length || length > this.longest || buffer[end - 1] !== QUOTE) return false;
    if (length === this.#quoted.length && this.#quoted.compare(buffer, start, end) === 0) return true;
    const text = buffer.toString('utf8', start, end);
    if (!text.includes('\\')) return false;
    const name = decoded(text);
    return name === undefined ? undefined : name === this.#name;
  }
}

/** The text of a JSON string; undefined if it is none. */
function decoded(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
