import { inflateSync } from 'node:zlib';
import type { StoredMessage } from './stored-message.js';

/** Bits of a message's system flag: whether it is compressed, and by what (`MessageSysFlag`; nothing is said before 5.0). */
const COMPRESSED = 1;
const COMPRESSION = 0b111 << 8;
const ZLIB: readonly number[] = [0, 3 << 8];

/** The largest body that a compressed one may become, in bytes. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * The body of a message as it was before it was compressed.
 * @returns undefined where that can't be told: it is damaged, or compressed as Rocketlift compresses nothing
 */
export function plainBody({ body, sysFlag }: StoredMessage): Buffer | undefined {
  if ((sysFlag & COMPRESSED) === 0) return body;
  if (!ZLIB.includes(sysFlag & COMPRESSION)) return undefined;
  try {
    return inflateSync(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
