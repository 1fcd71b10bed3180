/** Whether a byte is white space in JSON: space, tab, line feed or carriage return. */
export const isWhiteSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** The first index at or behind `from` that holds something else; the buffer's length if there is none. */
export function afterWhiteSpace(buffer: Buffer, from: number): number {
  let at = from;
  while (at < buffer.length && isWhiteSpace(buffer[at])) at++;
  return at;
}
