import { isAscii, isUtf8 } from 'node:buffer';
import type { Position } from '../job/report.js';
import { encodingName } from '../job/schema/encoding.js';
import type { DirtyRecord, DirtyStage } from './record.js';

/** A dirty record as a store keeps it: one line of JSON. The form is a promise to scripts. */
export interface DirtyEntry {
  readonly id: string;
  /** The run that found it, `workflowId/runId`. */
  readonly run: string;
  /** When it was found, ISO 8601. */
  readonly time: string;
  readonly input: string;
  readonly place: string;
  readonly position: Position;
  readonly partition: number;
  readonly stage: DirtyStage;
  readonly code: string;
  readonly message: string;
  /** Bytes of the record in the input. */
  readonly bytes: number;
  /** Whether all of them are kept here. */
  readonly whole: boolean;
  /** The record as it stands in the input, or its beginning. */
  readonly raw?: string;
  /** The same, where its bytes are not UTF-8, or may be taken for it by chance. */
  readonly rawBase64?: string;
  /** The encoding of those. */
  readonly encoding?: string;
  /** Of a record that is not whole: what its source needs to read it again. */
  readonly source?: unknown;
}

/** What the entries of a partition have in common. */
export interface EntryContext {
  readonly run: string;
  /** The partition, in the words of its source. */
  readonly source: unknown;
  /** The encoding of its records' bytes. */
  readonly encoding: string;
}

export function toEntry(record: DirtyRecord, { run, ...common }: EntryContext, now: number): DirtyEntry {
  const { source, encoding } = record.origin ?? common;
  const { id, input, place, position, partition, stage, code, message, raw, bytes } = record;
  const whole = raw.length === bytes;
  const bytesOfRaw = Buffer.from(raw.buffer, raw.byteOffset, raw.length);
  return {
    id,
    run,
    time: new Date(now).toISOString(),
    input,
    place,
    position,
    partition,
    stage,
    code,
    message,
    bytes,
    whole,
    ...(isText(raw, encoding)
      ? { raw: bytesOfRaw.toString() }
      : { rawBase64: bytesOfRaw.toString('base64'), encoding }),
    ...(!whole && { source }),
  };
}

const isText = (raw: Uint8Array, encoding: string): boolean =>
  encoding === 'utf-8' ? isUtf8(raw) : isAscii(raw);

/** The kept bytes of an entry. */
export function rawOf({ raw, rawBase64 }: Pick<DirtyEntry, 'raw' | 'rawBase64'>): Buffer {
  return raw === undefined ? Buffer.from(rawBase64 ?? '', 'base64') : Buffer.from(raw);
}

/** Why plain data is no entry, in words that follow "it"; undefined where it is one. */
export function whyNoEntry(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'is no JSON object';
  const { id, input, raw, rawBase64, encoding } = value as Partial<Record<keyof DirtyEntry, unknown>>;
  if (typeof id !== 'string') return 'has no text as "id"';
  // It tells the table, and with that the topic.
  if (typeof input !== 'string') return 'has no text as "input"';
  if (raw !== undefined && typeof raw !== 'string') return 'has something else than text as "raw"';
  // JSON can write it, and UTF-8 can't: another character would be sent in its place.
  if (!id.isWellFormed()) return 'has half a surrogate pair in its "id"';
  if (raw?.isWellFormed() === false) return 'has half a surrogate pair in its "raw"';
  if (rawBase64 !== undefined && !isBase64(rawBase64)) return 'has something else than base64 as "rawBase64"';
  if (encoding !== undefined && !isEncoding(encoding)) return 'has no known encoding as "encoding"';
  return undefined;
}

const isEncoding = (value: unknown): boolean =>
  typeof value === 'string' && encodingName(value) !== undefined;

/** Node.js passes over what is none. */
const isBase64 = (value: unknown): boolean =>
  typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
