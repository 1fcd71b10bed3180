import { Fault } from '../job/fault.js';
import type { Position } from '../job/report.js';
import type { Partition, RecordBatch, Source } from '../sources/source.js';
import { backoffMs, pause } from './backoff.js';
import { gaveUp } from './deliver.js';

export interface ReadOnOptions {
  readonly retryForMs: number;
  readonly stop: AbortSignal;
  readonly onWaiting: (fault: Fault) => void;
}

/**
 * The batches of a partition from `from` on. Where the world fails (a network drive that is gone for a while), reading
 * starts again behind the last record that was handed out. Ends early, without an error, when `stop` comes.
 */
export async function* readOn(
  source: Source,
  partition: Partition,
  from: Position,
  { retryForMs, stop, onWaiting }: ReadOnOptions,
): AsyncGenerator<RecordBatch> {
  let position = from;
  let failingSince: number | undefined;
  for (let attempt = 1; !stop.aborted; attempt++) {
    try {
      for await (const batch of source.read(partition, position, stop)) {
        yield batch;
        if (batch.length > 0) position = batch.positionAfter(batch.length - 1);
        failingSince = undefined;
        attempt = 1;
        if (stop.aborted) return;
      }
      return;
    } catch (error) {
      if (stop.aborted) return;
      if (!(error instanceof Fault) || error.fault !== 'world') throw error;
      failingSince ??= Date.now();
      if (Date.now() - failingSince >= retryForMs) throw gaveUp(error, retryForMs);
      onWaiting(error);
      await pause(backoffMs(attempt), stop);
    }
  }
}
