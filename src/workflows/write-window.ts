import { CancellationScope, log, workflowInfo } from '@temporalio/workflow';
import { breach, isBreached } from '../job/error-limit.js';
import type { FaultInfo } from '../job/fault.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';
import { isBalanced, type Watermark } from '../job/report.js';
import type { Job } from '../job/schema/job.js';
import type { Partition } from '../sources/source.js';
import { callPartitionInput, callPendingHeartbeats, callWriteBatch } from './calls.js';
import { faultOf, heartbeatOf, wasCancelled } from './failures.js';
import { addPage, addPartition, type Piece, type State } from './state.js';

/** Partitions in a page: small enough for a payload, large enough to be rarely asked for. */
const PAGE = 100;

export type WindowEnd =
  /** Every partition is written. */
  | 'written'
  /** The history has grown long: nothing is under way, a new run takes over. */
  | 'continue'
  | 'stopped';

/**
 * Keeps up to `parallelism` write activities running until every partition is written, asking for the next page of
 * partitions before the last one is used up. Must run in a scope that the run's cancellation does not reach: it is
 * told to stop by `stop`, because it has to look at heartbeats before it cancels activities.
 */
export class WriteWindow {
  readonly #state: State;
  readonly #changed: () => void;
  /** The run's own cancellation is kept from it: it is cancelled by hand, after a look at the heartbeats. */
  readonly #writes = new CancellationScope({
    cancellable: true,
    parent: new CancellationScope({ cancellable: false }),
  });
  readonly #running = new Map<number, { readonly label: string; readonly ended: Promise<void> }>();
  readonly #heartbeats = new Map<number, WriteHeartbeat>();
  #page: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #failure: FaultInfo | undefined;

  constructor(state: State, changed: () => void) {
    this.#state = state;
    this.#changed = changed;
  }

  /** Labels of the partitions that are being written. */
  get labels(): readonly string[] {
    return [...this.#running.values()].map(({ label }) => label);
  }

  /** What ended it, if it was a fault. */
  get failure(): FaultInfo | undefined {
    return this.#failure;
  }

  async run(): Promise<WindowEnd> {
    let makeRoom = false;
    for (;;) {
      makeRoom ||= workflowInfo().continueAsNewSuggested;
      if (!makeRoom && this.#stopping === undefined) this.#launch();
      const pending = [...this.#running.values()].map(({ ended }) => ended);
      if (this.#page !== undefined) pending.push(this.#page);
      if (this.#stopping !== undefined) pending.push(this.#stopping);
      if (pending.length === 0) break;
      // When it stops, it waits for all of it; the stop itself is over at once.
      await (this.#stopping === undefined ? Promise.race(pending) : Promise.all(pending));
      if (this.#stopping !== undefined && this.#running.size === 0) return 'stopped';
    }
    return this.#state.waiting.length > 0 || !this.#state.listed ? 'continue' : 'written';
  }

  /** Lets everything that is under way drain, and launches nothing more. */
  stop(): void {
    this.#stopping ??= this.#drain();
  }

  #launch(): void {
    const state = this.#state;
    const { parallelism } = this.#job.settings;
    while (this.#running.size < parallelism) {
      const piece = state.waiting.shift();
      if (!piece) break;
      const { index, label } = piece.partition;
      this.#running.set(index, { label, ended: this.#write(piece) });
      this.#changed();
    }
    if (!state.listed && this.#page === undefined && state.waiting.length < parallelism) {
      this.#page = this.#nextPage().finally(() => {
        this.#page = undefined;
      });
    }
  }

  async #nextPage(): Promise<void> {
    const { cursor, partitionsKnown } = this.#state;
    try {
      const page = await this.#writes.run(() =>
        callPartitionInput({ job: this.#job, cursor, limit: PAGE, first: partitionsKnown }),
      );
      addPage(this.#state, page);
      if (this.#state.phase === 'partitioning') this.#state.phase = 'writing';
      this.#changed();
    } catch (error) {
      if (!wasCancelled(error)) this.#fail(faultOf(error));
    }
  }

  async #write({ partition, from }: Piece): Promise<void> {
    const { validated, tally } = this.#state;
    try {
      const watermark = await this.#writes.run(() =>
        callWriteBatch({
          job: ofOneFile(this.#job, partition),
          ...(validated?.columns && { columns: validated.columns }),
          partition,
          ...(from && { from }),
          elsewhere: { read: tally.records.read, dirty: tally.records.dirty },
        }),
      );
      this.#settle(partition, watermark);
    } catch (error) {
      this.#lose({ partition, from }, error);
    } finally {
      this.#running.delete(partition.index);
      this.#changed();
    }
  }

  #settle(partition: Partition, watermark: Watermark): void {
    if (!watermark.done && this.#stopping === undefined) {
      this.#state.waiting.unshift({ partition, from: watermark });
      return;
    }
    this.#count(partition, watermark);
  }

  /** An activity that ended without returning: its last heartbeat tells how far it came. */
  #lose({ partition, from }: Piece, error: unknown): void {
    const last = heartbeatOf(error) ?? this.#heartbeats.get(partition.index);
    if (last) {
      const { watermark, ahead } = last;
      this.#count(partition, { ...watermark, duplicatesAtMost: watermark.duplicatesAtMost + ahead });
    } else if (from) {
      this.#count(partition, from);
    }
    if (!wasCancelled(error)) this.#fail(faultOf(error));
  }

  #count(partition: Partition, watermark: Watermark): void {
    const state = this.#state;
    addPartition(state, partition, watermark);
    if (!isBalanced(watermark.records)) this.#fail(doesNotAddUp(partition, watermark));
    const { errorLimit } = this.#job.settings;
    if (isBreached(errorLimit, state.tally.records)) this.#fail(breach(errorLimit, state.tally.records));
  }

  #fail(fault: FaultInfo): void {
    this.#failure ??= fault;
    this.#state.lastError = this.#failure;
    this.stop();
  }

  async #drain(): Promise<void> {
    this.#state.phase = 'draining';
    this.#changed();
    if (this.#running.size > 0) {
      // An activity that is between two attempts can't be asked to drain: the server ends it, and with it what it had
      // heartbeat. So that is read before.
      const { workflowId, runId } = workflowInfo();
      try {
        const ask = () => callPendingHeartbeats({ workflowId, runId });
        // The run may be cancelled already, and a cancelled scope starts no activities.
        for (const heartbeat of await CancellationScope.nonCancellable(ask)) {
          this.#heartbeats.set(heartbeat.partition, heartbeat);
        }
      } catch (error) {
        log.warn('the heartbeats of pending activities could not be read', { error: String(error) });
      }
    }
    this.#writes.cancel();
  }

  get #job() {
    const { validated } = this.#state;
    if (!validated) throw new TypeError('the job has not been validated');
    return validated.job;
  }
}

/** The job as one write activity needs it: a list of a thousand files need not stand in history a thousand times. */
function ofOneFile(job: Job, { input }: Partition): Job {
  return { ...job, source: { ...job.source, path: input } };
}

function doesNotAddUp({ label }: Partition, { records }: Watermark): FaultInfo {
  const { read, written, dirty, filtered } = records;
  return {
    code: 'does_not_add_up',
    fault: 'world',
    message: `Partition ${label}: ${read} records were read, but ${written} written + ${dirty} dirty + ${filtered} filtered.`,
    mend: 'Report this: records were lost or counted twice.',
  };
}
