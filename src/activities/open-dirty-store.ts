import { log } from '@temporalio/activity';
import { storeFolder } from '../dirty/folder/layout.js';
import type { DirtyStore } from '../dirty/store.js';
import { openDirtyStore } from '../dirty/stores.js';
import type { Fault } from '../job/fault.js';
import type { Watermark } from '../job/report.js';
import { entrySender } from '../pipeline/entry-sender.js';
import { createTransport } from '../rocketmq/transports.js';
import { dirtySink } from './dirty-topic.js';
import { activityLog } from './log.js';
import type { ActivityOptions, WriteInput } from './types.js';

interface OpenOptions extends ActivityOptions {
  /** Where the partition is gone on with. */
  readonly from: Watermark;
  /** The encoding of its records' bytes. */
  readonly encoding: string;
  /** @see EntrySenderOptions.stop */
  readonly stop: AbortSignal;
  /** Told of RocketMQ's faults that the store waits out, and with `undefined` when it works again. */
  readonly onTrouble: (fault: Fault | undefined) => void;
}

/** The store of the partition, as the job wishes it. */
export function openStore(
  { job, columns, partition, storeRun }: WriteInput,
  { from: { kept }, encoding, stop, onTrouble, folders }: OpenOptions,
): Promise<DirtyStore> {
  const { dirty, settings } = job;
  const sink = dirtySink(job);
  return openDirtyStore({
    dirty,
    folder: dirty.path === undefined ? undefined : storeFolder(dirty.path, storeRun),
    topic: sink && {
      name: sink.topic,
      sender: entrySender({
        transport: createTransport(sink, activityLog(), folders),
        run: storeRun,
        openForMs: Math.max(settings.retryFor, settings.connectTimeout),
        retryForMs: settings.retryFor,
        stop,
        onTrouble,
      }),
    },
    run: storeRun,
    partition,
    encoding,
    ...(kept && { from: kept }),
    columns,
    log: (message, attributes) => log.warn(message, attributes),
    folders,
  });
}
