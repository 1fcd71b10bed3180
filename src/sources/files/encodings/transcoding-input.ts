import type { ByteInput } from '../window.js';
import { type Decoder, MAX_GROWTH } from './decoder.js';

const CHUNK_BYTES = 64 * 1024;

/** The bytes of `input` in UTF-8, but for what the decoder could not decode. */
export function transcodingInput(input: ByteInput, decoder: Decoder): ByteInput {
  const source = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const text = Buffer.allocUnsafeSlow(CHUNK_BYTES * MAX_GROWTH);
  let filled = 0;
  let at = 0;
  let end = 0;
  let ended = false;
  return {
    async readInto(target, index) {
      while (at === end && !ended) {
        const read = await input.readInto(source, filled);
        ended = read === 0;
        filled += read;
        at = 0;
        end = decoder.decode(source, 0, filled, text, 0, ended);
        source.copyWithin(0, decoder.read, filled);
        filled -= decoder.read;
      }
      const copied = text.copy(target, index, at, end);
      at += copied;
      return copied;
    },
    close: () => input.close(),
  };
}
