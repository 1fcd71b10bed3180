import { join } from 'node:path';
import { type Folders, requireAllowed } from '../folders/folders.js';
import type { StoreLength } from '../job/report.js';
import type { Dirty } from '../job/schema/job.js';
import { partitionFile } from './folder/layout.js';
import { probeFolder } from './folder/probe.js';
import { FolderStore } from './folder/store.js';
import { dirtyLog, type LogDirty } from './log.js';
import type { DirtyStore } from './store.js';
import { type EntrySender, TopicStore } from './topic/store.js';

export interface OpenStoreOptions {
  readonly dirty: Dirty;
  /** The run's folder; undefined where nothing is kept in one. */
  readonly folder: string | undefined;
  /** The topic that they are kept in, as servers know it; undefined where they are not. */
  readonly topic: { readonly name: string; readonly sender: EntrySender } | undefined;
  /** `workflowId/runId` */
  readonly run: string;
  readonly partition: { readonly index: number };
  /** The encoding of its records' bytes. */
  readonly encoding: string;
  /** What the partition has kept up to its watermark. @default nothing */
  readonly from?: StoreLength;
  /** Names of the source's columns, where it has a fixed set of them. */
  readonly columns: readonly string[] | undefined;
  readonly log: LogDirty;
  /** Where records may be kept. @default anywhere */
  readonly folders?: Folders | undefined;
}

/** The store of one partition, as the job wishes it. A new kind is a folder here and a line below. */
export async function openDirtyStore(options: OpenStoreOptions): Promise<DirtyStore> {
  const { dirty, folder, topic, run, partition, encoding, columns, log, folders } = options;
  const { from = { entries: 0, length: 0 } } = options;
  if (dirty.mode !== 'keep') return dirtyLog(log);
  const common = { from, rawBytes: dirty.maxRawBytes, context: { run, source: partition, encoding } };
  if (topic) return new TopicStore({ ...common, topic: topic.name, sender: topic.sender, columns });
  if (folder === undefined) return dirtyLog(log);
  await requireAllowed(folder, folders, 'dirty');
  return await FolderStore.open({
    ...common,
    path: join(folder, partitionFile(partition.index)),
    about: { run, ...(columns && { columns }) },
    folders,
  });
}

/**
 * Looks whether dirty records can and may be kept in the folder that the job names.
 * @throws Fault `dirty_store_unusable`, `folder_not_allowed`
 */
export async function checkDirtyFolder({ mode, path }: Dirty, folders: Folders | undefined): Promise<void> {
  if (mode !== 'keep' || path === undefined) return;
  await requireAllowed(path, folders, 'dirty');
  await probeFolder(path, folders);
}
