import type { MigrationClient } from '../../client/migration-client.js';
import { type RunSelector, runText } from '../../client/run-ref.js';
import type { DirtyEntry } from '../../dirty/entry.js';
import { entryFiles, readEntries } from '../../dirty/folder/reader.js';
import { entriesOfRun } from '../../dirty/topic/reader.js';
import { checkedFolders } from '../../folders/folders.js';
import type { DirtyTopic } from '../../job/dirty-place.js';
import { userFault } from '../../job/fault.js';
import { type FolderOptions, foldersOf } from '../folder-options.js';

/** The dirty records that a run has kept, as far as this machine sees them. */
export interface KeptEntries {
  readonly entries: AsyncIterable<DirtyEntry>;
  /**
   * What is missing of those that the report counts, in a sentence; undefined where nothing is.
   * @param found how many there were
   */
  missing(found: number): { readonly count: number; readonly text: string } | undefined;
}

/**
 * Finds the store of a run.
 * @param options the folders from which secrets may be taken here, for a store that is a topic
 * @throws Fault `nothing_kept`; while entries are read those of the store
 */
export async function keptEntries(
  client: MigrationClient,
  run: RunSelector,
  options: FolderOptions,
): Promise<KeptEntries> {
  const { dirtyStore: place, records } = await client.report(run);
  if (place === undefined) {
    throw userFault(
      'nothing_kept',
      `The run ${runText(run)} keeps no dirty records: dirty.mode of its job is not keep.`,
      "Its worker's log says where they stand.",
    );
  }
  const topic = await client.dirtyTopic(run);
  if (topic) return await entriesInTopic(topic, records.dirty, options);
  const files = await entryFiles(place);
  if (files.length === 0 && records.dirty > 0) {
    throw userFault(
      'nothing_kept',
      `The ${records.dirty} dirty records of ${runText(run)} lie in ${place}, and this machine does not see that folder.`,
      'Run the command where the workers run, or mount the folder here.',
    );
  }
  return { entries: entriesOf(files), missing: () => undefined };
}

async function* entriesOf(files: readonly string[]): AsyncGenerator<DirtyEntry> {
  for (const file of files) yield* readEntries(file, { mayEndEarly: true });
}

/** Read from this machine, so that it must reach the servers, and know the secrets that the job's credentials stand for. */
async function entriesInTopic(
  place: DirtyTopic,
  expected: number,
  options: FolderOptions,
): Promise<KeptEntries> {
  const { readableTopic } = await import('../../activities/dirty-topic.js');
  const { missingEntries } = await import('../../replay/entry-topic.js');
  const topic = readableTopic(place, await checkedFolders(foldersOf(options)));
  const { signal } = new AbortController();
  async function* entries() {
    const messages = topic.messages(await topic.stretches(signal), signal);
    for await (const { entry } of entriesOfRun(messages, place.run)) yield entry;
  }
  return {
    entries: entries(),
    missing(found) {
      const count = expected - found;
      return count > 0 ? { count, text: missingEntries(place, count) } : undefined;
    },
  };
}
