/** The text, cut so that it has at most `max` bytes of UTF-8, with `…` where something is missing. */
export function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  const room = max - Buffer.byteLength('…');
  let bytes = 0;
  let kept = '';
  // By code points, so that no character is taken apart.
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    kept += character;
  }
  return `${kept}…`;
}
