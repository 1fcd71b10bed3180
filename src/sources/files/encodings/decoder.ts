/** Stands in decoded text for what could not be decoded: no byte of valid UTF-8. */
export const UNDECODABLE = 0xff;

/** No decoder makes more bytes of UTF-8 out of one byte. */
export const MAX_GROWTH = 3;

/** Turns text of one encoding into UTF-8. It may keep a state from one call to the next: one decoder an input. */
export interface Decoder {
  /** Where the last call stopped reading: before a character that was not complete, else at `to`. */
  readonly read: number;
  /** Whether the last call wrote {@link UNDECODABLE}. */
  readonly failed: boolean;
  /**
   * Decodes `source` from `from` to `to`. What can't be decoded becomes {@link UNDECODABLE}; an ASCII byte behind a
   * broken character stays.
   * @param target has room for {@link MAX_GROWTH} times as many bytes from `at` on
   * @param isLast whether nothing comes after `to`, so that an incomplete character is one that can't be decoded
   * @returns the index behind the last byte written
   */
  decode(source: Buffer, from: number, to: number, target: Buffer, at: number, isLast: boolean): number;
}
