import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

const LF = 0x0a;
const BLOCK_BYTES = 256 * 1024;

/** Decodes a whole file and throws the outcome away. @returns bytes of the content: decompressed, as encoded */
export type Decoder = (path: string) => Promise<number>;

const open = (path: string) => createReadStream(path, { highWaterMark: BLOCK_BYTES });

/** A sink that counts bytes, and hands each chunk to `take`. */
function counter(take: (chunk: Buffer) => void = () => {}): { sink: Writable; bytes: () => number } {
  let bytes = 0;
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      bytes += chunk.length;
      take(chunk);
      done();
    },
  });
  return { sink, bytes: () => bytes };
}

/** Only reads. */
export const nothing: Decoder = async (path) => {
  const { sink, bytes } = counter();
  await pipeline(open(path), sink);
  return bytes();
};

export const gunzip: Decoder = async (path) => {
  const { sink, bytes } = counter();
  await pipeline(open(path), createGunzip(), sink);
  return bytes();
};

export const unzstd: Decoder = async (path) => {
  let bytes = 0;
  const decompress = new Decompress((chunk) => {
    bytes += chunk.length;
  });
  for await (const chunk of open(path)) decompress.push(chunk);
  return bytes;
};

/** Decodes to a string and encodes that in UTF-8, which is what a message needs. */
export const textDecoder =
  (encoding: string): Decoder =>
  async (path) => {
    const decoder = new TextDecoder(encoding);
    const { sink, bytes } = counter((chunk) => Buffer.from(decoder.decode(chunk, { stream: true })));
    await pipeline(open(path), sink);
    return bytes();
  };

/** Parses the record of every line, without what stands around it. */
export const parseJson: Decoder = async (path) => {
  let rest = Buffer.alloc(0);
  const { sink, bytes } = counter((chunk) => {
    const text = Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = text.indexOf(LF); end !== -1; end = text.indexOf(LF, at)) {
      const line = text.toString('utf8', at, end);
      const first = line.lastIndexOf('{"order_id"');
      JSON.parse(line.slice(first, line.lastIndexOf('}') + 1));
      at = end + 1;
    }
    rest = text.subarray(at);
  });
  await pipeline(open(path), sink);
  return bytes();
};
