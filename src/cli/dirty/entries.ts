import type { MigrationClient } from '../../client/migration-client.js';
import { type RunSelector, runText } from '../../client/run-ref.js';
import type { DirtyEntry } from '../../dirty/entry.js';
import { entryFiles, readEntries } from '../../dirty/folder/reader.js';
import { userFault } from '../../job/fault.js';

/**
 * The dirty records that a run has kept, as far as this machine sees them.
 * @throws Fault `nothing_kept`
 */
export async function* entriesOf(client: MigrationClient, run: RunSelector): AsyncGenerator<DirtyEntry> {
  const { dirtyStore: folder, records } = await client.report(run);
  if (folder === undefined) {
    throw userFault(
      'nothing_kept',
      `The run ${runText(run)} keeps no dirty records: dirty.mode of its job is not keep.`,
      "Its worker's log says where they stand.",
    );
  }
  const files = await entryFiles(folder);
  if (files.length === 0 && records.dirty > 0) {
    throw userFault(
      'nothing_kept',
      `The ${records.dirty} dirty records of ${runText(run)} lie in ${folder}, and this machine does not see that folder.`,
      'Run the command where the workers run, or mount the folder here.',
    );
  }
  for (const file of files) yield* readEntries(file, { mayEndEarly: true });
}
