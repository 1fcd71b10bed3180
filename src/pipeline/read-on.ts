import type { Position } from '../job/report.js';
import type { Partition, RecordBatch, Source } from '../sources/source.js';
import { Patience, type PatienceOptions, Stopped } from './patience.js';

/**
 * The batches of a partition from `from` on. Where the world fails (a network drive that is gone for a while), reading
 * starts again behind the last record that was handed out. Ends early, without an error, when the stop comes.
 */
export async function* readOn(
  source: Source,
  partition: Partition,
  from: Position,
  options: PatienceOptions,
): AsyncGenerator<RecordBatch> {
  const { stop } = options;
  const patience = new Patience(options);
  let position = from;
  while (!stop.aborted) {
    try {
      for await (const batch of source.read(partition, position, stop)) {
        yield batch;
        if (batch.length > 0) position = batch.positionAfter(batch.length - 1);
        patience.reset();
        if (stop.aborted) return;
      }
      return;
    } catch (error) {
      if (stop.aborted) return;
      try {
        await patience.wait(error);
      } catch (reason) {
        if (reason instanceof Stopped) return;
        throw reason;
      }
    }
  }
}
