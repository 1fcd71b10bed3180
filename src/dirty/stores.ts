import { join } from 'node:path';
import { type Folders, requireAllowed } from '../folders/folders.js';
import type { StoreLength } from '../job/report.js';
import type { Dirty } from '../job/schema/job.js';
import { partitionFile } from './folder/layout.js';
import { probeFolder } from './folder/probe.js';
import { FolderStore } from './folder/store.js';
import { dirtyLog, type LogDirty } from './log.js';
import type { DirtyStore } from './store.js';

export interface OpenStoreOptions {
  readonly dirty: Dirty;
  /** The run's folder; undefined where nothing is kept. */
  readonly folder: string | undefined;
  /** `workflowId/runId` */
  readonly run: string;
  readonly partition: { readonly index: number };
  /** The encoding of its records' bytes. */
  readonly encoding: string;
  /** What the partition has kept up to its watermark. @default nothing */
  readonly from?: StoreLength;
  /** What the records of the run have in common. */
  readonly about: unknown;
  readonly log: LogDirty;
  /** Where records may be kept. @default anywhere */
  readonly folders?: Folders | undefined;
}

/** The store of one partition, as the job wishes it. A new kind is a folder here and a line below. */
export async function openDirtyStore(options: OpenStoreOptions): Promise<DirtyStore> {
  const {
    dirty,
    folder,
    run,
    partition,
    encoding,
    from = { entries: 0, length: 0 },
    about,
    log,
    folders,
  } = options;
  if (dirty.mode !== 'keep' || folder === undefined) return dirtyLog(log);
  await requireAllowed(folder, folders, 'dirty');
  return await FolderStore.open({
    path: join(folder, partitionFile(partition.index)),
    from,
    rawBytes: dirty.maxRawBytes,
    context: { run, source: partition, encoding },
    about,
  });
}

/**
 * Looks whether dirty records can and may be kept as the job says.
 * @throws Fault `dirty_store_unusable`, `folder_not_allowed`
 */
export async function checkDirtyStore({ mode, path }: Dirty, folders: Folders | undefined): Promise<void> {
  if (mode !== 'keep' || path === undefined) return;
  await requireAllowed(path, folders, 'dirty');
  await probeFolder(path);
}
