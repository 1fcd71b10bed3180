import { createHash } from 'node:crypto';

const HEX_DIGITS = 32;

/** What a message's body is known by. */
export function bodyDigest(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, HEX_DIGITS);
}
