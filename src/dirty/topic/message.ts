import { isUtf8 } from 'node:buffer';
import { userFault } from '../../job/fault.js';
import type { Message } from '../../job/message.js';
import { type DirtyEntry, whyNoEntry } from '../entry.js';

/** The property that carries the run of an entry, by which its entries are told from those of others. */
const RUN_PROPERTY = 'rocketliftRun';

/** A message of a topic, as far as it matters here. */
export interface TopicMessage {
  readonly body: Buffer;
  readonly properties: Readonly<Record<string, string>>;
}

/** An entry, and what a folder says once for all entries. */
export interface KeptEntry {
  readonly entry: DirtyEntry;
  /** Names of the source's columns, where it has a fixed set of them. */
  readonly columns?: readonly string[];
}

/** The message that an entry is kept as: found by its id and by its run, and tagged with its reason. */
export function entryMessage(entry: DirtyEntry, columns: readonly string[] | undefined): Message {
  const run = inProperty(entry.run);
  return {
    id: inProperty(entry.id),
    key: run,
    tag: entry.code,
    properties: [[RUN_PROPERTY, run]],
    body: JSON.stringify({ ...entry, ...(columns && { columns }) }),
  };
}

/**
 * The entry that a message is.
 * @param run `workflowId/runId`
 * @returns undefined for what is none of the run's
 * @throws Fault the user's `dirty_entry` where somebody else has written what says that it is
 */
export function keptEntry({ body, properties }: TopicMessage, run: string): KeptEntry | undefined {
  if (properties[RUN_PROPERTY] !== inProperty(run)) return undefined;
  const value = parsed(body);
  const why = whyNoEntry(value);
  if (why !== undefined) throw notAnEntry(run, why);
  if ((value as DirtyEntry).run !== run) return undefined;
  const { columns, ...entry } = value as DirtyEntry & Pick<KeptEntry, 'columns'>;
  return { entry, ...(columns && { columns }) };
}

/** A run's workflow id, and an id that somebody has mended, may be any text. */
const inProperty = (text: string): string => text.replaceAll(/[\s\p{Cc}]/gu, encodeURIComponent);

/** What is not UTF-8 is no JSON either; decoding would put another character in the place of what is none. */
function parsed(body: Buffer): unknown {
  if (!isUtf8(body)) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const notAnEntry = (run: string, why: string) =>
  userFault(
    'dirty_entry',
    `A message that has the run ${run} as its property ${RUN_PROPERTY} is no dirty record as Rocketlift writes them: it ${why}.`,
    'Let nobody else write to the topic of dirty.topic.',
  );
