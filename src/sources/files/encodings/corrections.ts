const NONE = -1;

/** Windows-1252 from 0x80 on, where TextDecoder of Node.js 20 gives the control characters of Latin-1. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Bytes that TextDecoder of Node.js 20 takes for something else than the Encoding Standard does. */
const CORRECTIONS: Readonly<Record<string, readonly (readonly [byte: number, codePoint: number])[]>> = {
  'windows-1252': [
    ...[...WINDOWS_1252].map((character, i) => [0x80 + i, character.charCodeAt(0)] as const),
    [0xff, 0xff], // lost where it is the first one, as if it were a part of a byte order mark
  ],
  'windows-1253': [[0xaa, NONE]],
  'windows-1255': [[0xca, 0x05ba]],
  'koi8-u': [
    [0xae, 0x045e],
    [0xbe, 0x040e],
  ],
};

/** Makes the table of a single-byte encoding what the standard says, on any version of Node.js. */
export function correctSingles(encoding: string, singles: Int32Array): void {
  for (const [byte, codePoint] of CORRECTIONS[encoding] ?? []) singles[byte] = codePoint;
}
