import { Context, log } from '@temporalio/activity';
import { type FaultInfo, faultInfo } from '../job/fault.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { Watermark } from '../job/report.js';
import type { Settings } from '../job/schema/job.js';
import { isLimited } from '../job/share.js';
import { sampleSize } from '../job/verify.js';
import { Pacer } from '../pipeline/pacer.js';
import { Recorder } from '../pipeline/recorder.js';
import { PartitionWriter } from '../pipeline/write-partition.js';
import { createConverter } from '../records/converter.js';
import { packing } from '../records/message/packing.js';
import { createTransport } from '../rocketmq/transports.js';
import { handOver, toFailure } from './failures.js';
import { recordLast, startingPoint } from './hand-over.js';
import { activityLog } from './log.js';
import { openStore } from './open-dirty-store.js';
import { followShare } from './share-watch.js';
import { sourceOf } from './source-of.js';
import { type StopReason, StopRequest } from './stop-request.js';
import type { ActivityOptions, WriteInput, WriteResult } from './types.js';
import { verifySample } from './verify-sample.js';

/** Time between two heartbeats, in milliseconds. */
const HEARTBEAT_MS = 1000;
/** How long a heartbeat waits for dirty records to be safe, in milliseconds: an attempt without heartbeats is taken for dead. */
const SECURED_WITHIN_MS = 2000;
const SMALLEST_WINDOW = 2000;

/**
 * Messages that may be sent beyond the last recorded heartbeat: twice what can be under way, so that sending need not
 * wait for a heartbeat. A crash repeats at most twice as many (see Recorder): 16,000 with the default settings.
 */
export function sendWindow({ batch }: Settings): number {
  return Math.max(SMALLEST_WINDOW, 2 * batch.records * batch.inFlight);
}

/** @see Activities.writeBatch */
export async function writeBatch(input: WriteInput, options: ActivityOptions = {}): Promise<WriteResult> {
  const context = Context.current();
  const from = startingPoint(input, context);
  if (from.done) return from;
  const stop = new StopRequest(context);
  let progress: WriteHeartbeat = {
    partition: input.partition.index,
    input: input.partition.input,
    watermark: from,
    sourceBytes: 0,
    ahead: 0,
  };
  try {
    const result = await write(input, options, from, stop, (latest) => {
      progress = { ...latest, ahead: 0 };
    });
    if (result.done) {
      // Until its sample is found again there is something left to do, also for whoever goes on from here.
      progress = { ...progress, watermark: { ...result, done: false }, ahead: 0 };
      return await verifySample(result, input, options.folders, stop, () => stop.record(progress));
    }
    if (result.stoppedBy || stop.reason === 'cancelled') return result;
  } catch (error) {
    if (!stop.signal.aborted) throw toFailure(error, progress);
    log.info('the attempt was asked to end', { reason: stop.reason, error: String(error) });
    if (stop.reason === 'cancelled') return progress.watermark;
  }
  await recordLast(stop, progress);
  // The answer to that heartbeat may have been that the run is cancelled.
  if (hasBeen(stop, 'cancelled')) return progress.watermark;
  throw handOver(stop.reason ?? 'unknown', progress);
}

/** Asked by a function, as the answer changes behind the compiler's back. */
const hasBeen = (stop: StopRequest, reason: StopReason): boolean => stop.reason === reason;

/** Writes the partition; `onProgress` hears how far it came, also when it fails. */
async function write(
  input: WriteInput,
  { folders }: ActivityOptions,
  from: Watermark,
  stop: StopRequest,
  onProgress: (latest: Omit<WriteHeartbeat, 'ahead'>) => void,
): Promise<WriteResult> {
  const { job, columns, partition, elsewhere, limit, share = {}, replay } = input;
  let waitingFor: FaultInfo | undefined;
  let writer: PartitionWriter | undefined;
  const atRest = async () => ({
    progress: {
      partition: partition.index,
      input: partition.input,
      watermark: from,
      sourceBytes: 0,
      ...(waitingFor && { waitingFor }),
    },
    covered: 0,
  });
  const recorder = new Recorder({
    record: (heartbeat) => stop.record(heartbeat),
    secure: () => writer?.secure(SECURED_WITHIN_MS) ?? atRest(),
    window: sendWindow(job.settings),
    intervalMs: HEARTBEAT_MS,
    onTrouble: (error) => log.warn('a heartbeat could not be recorded', { error: String(error) }),
  });
  recorder.start();
  const pacer = new Pacer(share);
  const unfollow = isLimited(share) ? followShare(Context.current(), pacer) : () => {};
  try {
    const source = sourceOf(job, { replay, folders });
    const { producer } = await createTransport(job.sink, activityLog(), folders).open({
      stage: 'write',
      timeoutMs: Math.max(job.settings.retryFor, job.settings.connectTimeout),
      signal: stop.signal,
      run: input.storeRun,
      layout: input.layout,
      onWaiting: (fault) => {
        if (!waitingFor) logTrouble(fault);
        waitingFor = faultInfo(fault);
      },
    });
    try {
      // An attempt that the server has given up must not take a store from the one that goes on.
      if (!(await recorder.permit(0, stop.signal))) return from;
      const dirty = await openStore(input, {
        from,
        encoding: source.rawEncoding,
        stop: stop.signal,
        onTrouble: (fault) => writer?.storeTrouble(fault),
        folders,
      });
      try {
        writer = new PartitionWriter({
          partition,
          source,
          convert: createConverter(job, columns),
          packing: packing(job, columns),
          producer,
          dirty,
          dirtyMode: job.dirty.mode,
          limit,
          pacer,
          settings: job.settings,
          sampleSize: sampleSize(job),
          from,
          elsewhere,
          stop: stop.signal,
          onTrouble: logTrouble,
          permit: (messages, signal) => recorder.permit(messages, signal),
          fresh: async (signal) => stop.reason !== 'lost' && (await recorder.fresh(signal)),
          permitSplits: (messages, signal) => recorder.permitSplits(messages, signal),
        });
        const watermark = await writer.run();
        const { stoppedBy } = writer;
        return watermark.done || !stoppedBy ? watermark : { ...watermark, stoppedBy };
      } finally {
        // Before the store goes: a heartbeat that is under way makes it safe.
        await recorder.stop();
        await dirty.close();
      }
    } finally {
      await producer.close();
    }
  } finally {
    unfollow();
    await recorder.stop();
    if (writer) onProgress(writer.snapshot());
  }
}

/** One line when an outage begins or becomes another one, and one when it is over. */
function logTrouble(fault: FaultInfo | undefined): void {
  if (fault) log.warn(`waiting: ${fault.message}`, { code: fault.code });
  else log.warn('it works again');
}
