import zstd, { type Simple } from 'zstd-codec';

const { ZstdCodec } = zstd;

/**
 * Text in an encoding of two bytes a character beside ASCII, which Node.js can only decode: by a table made from what
 * it decodes.
 */
export function encoder(encoding: string): (text: string) => Buffer {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const bytesOf = new Map<string, Buffer>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const bytes = Buffer.from([lead, trail]);
      try {
        bytesOf.set(decoder.decode(bytes), bytes);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // no such character
      }
    }
  }
  return (text) => {
    const parts = text.split(/(\P{ASCII})/u).map((part) => bytesOf.get(part) ?? Buffer.from(part, 'latin1'));
    return Buffer.concat(parts);
  };
}

/** Each chunk as a zstd frame of its own. */
export async function* zstdFrames(chunks: Iterable<string>): AsyncGenerator<Buffer> {
  const simple = await new Promise<Simple>((resolve) => ZstdCodec.run(({ Simple }) => resolve(new Simple())));
  for (const chunk of chunks) yield Buffer.from(simple.compress(Buffer.from(chunk), 3));
}
