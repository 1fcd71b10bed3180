/** Writes a character in UTF-8 at `at`. @returns the index behind it */
export function writeCodePoint(target: Buffer, at: number, codePoint: number): number {
  let end = at;
  if (codePoint < 0x80) {
    target[end++] = codePoint;
    return end;
  }
  if (codePoint < 0x800) {
    target[end++] = 0xc0 | (codePoint >> 6);
  } else {
    if (codePoint < 0x10000) {
      target[end++] = 0xe0 | (codePoint >> 12);
    } else {
      target[end++] = 0xf0 | (codePoint >> 18);
      target[end++] = 0x80 | ((codePoint >> 12) & 0x3f);
    }
    target[end++] = 0x80 | ((codePoint >> 6) & 0x3f);
  }
  target[end++] = 0x80 | (codePoint & 0x3f);
  return end;
}
