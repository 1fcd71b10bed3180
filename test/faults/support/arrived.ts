import type { Stack } from '../../../src/dev/stack.js';
import { eachMessage, type StoredMessage } from '../../support/topic-reader.js';
import { bodyOf, type DirtyEvery, isDirty, rowAt } from './rows.js';

/** What a topic holds of a file of rows. */
export interface Arrived {
  /** How often each row stands there, by its number. */
  readonly times: Uint32Array;
  readonly messages: number;
}

/**
 * Asks the brokers themselves. A record's id is that of its file, `-`, and the byte where its row starts.
 * @throws Error for a message that is no row of the file, or does not say what the row says
 */
export async function arrived(stacks: readonly Stack[], topic: string, rows: number): Promise<Arrived> {
  const times = new Uint32Array(rows);
  const files = new Set<string>();
  let messages = 0;
  const take = ({ id, body }: StoredMessage) => {
    const [, file, offset] = /^(.+)-(\d+)$/.exec(id) ?? [];
    const n = rowAt(Number(offset));
    if (file === undefined || n === undefined || n >= rows || body.toString() !== bodyOf(n)) {
      throw new Error(`a message with id "${id}" that is no row of the file: ${body}`);
    }
    files.add(file);
    times[n]++;
    messages++;
  };
  for (const stack of stacks) await eachMessage(stack, topic, take);
  if (files.size > 1) throw new Error(`records of several files: ${[...files].join(', ')}`);
  return { times, messages };
}

/** The numbers of the first rows that are not there and not dirty, a few of them at most. */
export function missing(
  { times }: Arrived,
  { upTo = times.length, dirtyEvery }: MissingOptions = {},
): number[] {
  const found: number[] = [];
  for (let n = 0; n < upTo && found.length < 10; n++) {
    if (times[n] === 0 && !isDirty(n, dirtyEvery)) found.push(n);
  }
  return found;
}

interface MissingOptions {
  /** Rows to look at. @default all */
  readonly upTo?: number;
  readonly dirtyEvery?: DirtyEvery;
}
