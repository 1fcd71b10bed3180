import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { type Fault, userFault } from '../job/fault.js';
import { KEY_VARIABLE, type Key, type Keys, keysFrom, OLD_KEYS_VARIABLE } from './keys.js';

const WirePayload = proto.temporal.api.common.v1.Payload;

const ENCODING = 'encoding';
const KEY_ID = 'rocketlift-key';
/** What `encoding` says of a payload of ours. */
const ENCRYPTED = 'binary/rocketlift-aes-256-gcm';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface EncryptionOptions {
  /** Told of every payload that can't be read here. */
  readonly onUnreadable?: (fault: Fault) => void;
}

/**
 * Encrypts what Temporal keeps: a payload becomes one whose data is a nonce, the payload encrypted by AES-256-GCM, and the tag.
 * Without a key it writes in plain. It reads what is in plain in any case, so that runs from before a key was set go on.
 */
export class PayloadEncryption implements PayloadCodec {
  readonly #keys: Keys;
  readonly #onUnreadable: (fault: Fault) => void;

  /** @param keys @default those in the environment */
  constructor(keys: Keys = keysFrom(), { onUnreadable = () => {} }: EncryptionOptions = {}) {
    this.#keys = keys;
    this.#onUnreadable = onUnreadable;
  }

  /** Whether what is written is encrypted. */
  get encrypts(): boolean {
    return this.#keys.current !== undefined;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const key = this.#keys.current;
    return key ? payloads.map((payload) => encrypt(payload, key)) : payloads;
  }

  /** @throws Fault `codec_key_missing`, `codec_key_unknown`, `codec_payload_damaged` */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      if (text(payload.metadata?.[ENCODING]) !== ENCRYPTED) return payload;
      try {
        return decrypt(payload, this.#keyOf(payload));
      } catch (error) {
        this.#onUnreadable(error as Fault);
        throw error;
      }
    });
  }

  #keyOf({ metadata }: Payload): Key {
    const id = text(metadata?.[KEY_ID]);
    const key = this.#keys.all.get(id);
    if (key) return key;
    const known = [...this.#keys.all.keys()];
    if (known.length === 0) {
      throw userFault(
        'codec_key_missing',
        `What Temporal holds is encrypted with the key ${id}, and no key is set here.`,
        `Set ${KEY_VARIABLE} to the key that the other clients and workers have.`,
      );
    }
    throw userFault(
      'codec_key_unknown',
      `What Temporal holds is encrypted with the key ${id}, and here is only ${known.join(', ')}.`,
      `Set ${KEY_VARIABLE} to the key that the other clients and workers have, or add an older one to ${OLD_KEYS_VARIABLE}.`,
    );
  }
}

function encrypt(payload: Payload, { id, bytes }: Key): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, bytes, nonce).setAAD(Buffer.from(id));
  const plain = WirePayload.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { [ENCODING]: Buffer.from(ENCRYPTED), [KEY_ID]: Buffer.from(id) }, data };
}

function decrypt({ data }: Payload, { id, bytes }: Key): Payload {
  const all = Buffer.from(data ?? []);
  try {
    const decipher = createDecipheriv(CIPHER, bytes, all.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(id))
      .setAuthTag(all.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(all.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return WirePayload.decode(plain);
  } catch (error) {
    throw userFault(
      'codec_payload_damaged',
      `What Temporal holds is not what was encrypted with the key ${id}: it was changed, or cut.`,
      'Look who else writes to this namespace. A run that holds it can only be terminated and started again.',
      error,
    );
  }
}

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();
