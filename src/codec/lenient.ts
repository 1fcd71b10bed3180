import type { Payload, PayloadCodec } from '@temporalio/common';
import { Fault } from '../job/fault.js';

const NULL_PAYLOAD: Payload = { metadata: { encoding: Buffer.from('binary/null') } };

/** For lists: what can't be read here, because it is encrypted with another key, is taken for nothing. */
export function lenient(codec: PayloadCodec): PayloadCodec {
  return {
    encode: (payloads) => codec.encode(payloads),
    decode: (payloads) => Promise.all(payloads.map((payload) => readable(codec, payload))),
  };
}

async function readable(codec: PayloadCodec, payload: Payload): Promise<Payload> {
  try {
    const [decoded] = await codec.decode([payload]);
    return decoded;
  } catch (error) {
    if (error instanceof Fault) return NULL_PAYLOAD;
    throw error;
  }
}
