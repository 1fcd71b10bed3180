import { createHash } from 'node:crypto';
import { type Fault, userFault } from '../job/fault.js';

/** The variable with the key that payloads are encrypted with. */
export const KEY_VARIABLE = 'ROCKETLIFT_CODEC_KEY';
/** The variable with keys, separated by commas, that payloads of before may be encrypted with. */
export const OLD_KEYS_VARIABLE = 'ROCKETLIFT_CODEC_OLD_KEYS';

/** AES-256. */
const KEY_BYTES = 32;
/** Enough to tell keys apart; nothing of a random key can be told from it. */
const ID_DIGITS = 8;

export interface Key {
  /** Made from the key itself, so that nobody has to keep a name for it. */
  readonly id: string;
  readonly bytes: Buffer;
}

export interface Keys {
  /** What is written is encrypted with it; in plain if there is none. */
  readonly current?: Key;
  /** By their ids. */
  readonly all: ReadonlyMap<string, Key>;
}

/**
 * The keys in the environment.
 * @throws Fault `codec_key_invalid`, which shows nothing of a key
 */
export function keysFrom(env: NodeJS.ProcessEnv = process.env): Keys {
  const { [KEY_VARIABLE]: now = '', [OLD_KEYS_VARIABLE]: before = '' } = env;
  const current = now === '' ? undefined : parseKey(now, KEY_VARIABLE);
  const old = before
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => parseKey(text, OLD_KEYS_VARIABLE));
  const all = [...(current ? [current] : []), ...old];
  return { ...(current && { current }), all: new Map(all.map((key) => [key.id, key])) };
}

function parseKey(text: string, variable: string): Key {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  // Node.js passes over what is no base64: a key that lost a character would be another key in silence.
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) || bytes.length !== KEY_BYTES) throw invalid(variable);
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, ID_DIGITS), bytes };
}

const invalid = (variable: string): Fault =>
  userFault(
    'codec_key_invalid',
    `${variable} holds no key: ${KEY_BYTES} bytes in base64 are expected.`,
    'Make one with `openssl rand -base64 32`, and set the same for every client, worker and codec server.',
  );
