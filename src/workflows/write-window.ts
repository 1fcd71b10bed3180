import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { WriteResult } from '../activities/types.js';
import { breach, isBreached } from '../job/error-limit.js';
import { type FaultInfo, isNotSafe } from '../job/fault.js';
import { afterCrash, type WriteHeartbeat } from '../job/heartbeat.js';
import { addsUp, type Watermark } from '../job/report.js';
import type { Job } from '../job/schema/job.js';
import type { Partition } from '../sources/source.js';
import { callPartitionInput, callWriteBatch } from './calls.js';
import { faultOf, heartbeatOf, wasCancelled } from './failures.js';
import type { LastHeartbeats } from './last-heartbeats.js';
import { writeInput } from './launch.js';
import { isStopped, liveSettings, note } from './live.js';
import { addPage, addPartition, known, type Piece, type State } from './state.js';
import { unknownTopic } from './topics.js';

/** Partitions in a page: small enough for a payload, large enough to be rarely asked for. */
const PAGE = 100;

export type WindowEnd =
  /** Every partition is written. */
  | 'written'
  /** The history has grown long: nothing is under way, a new run takes over. */
  | 'continue'
  | 'stopped';

/** A write activity that is under way. */
interface Running {
  readonly piece: Piece;
  readonly scope: CancellationScope;
  /** Whether it has been asked to return what it did. */
  recalled: boolean;
  /** What it had heartbeat when it was asked. */
  heartbeat?: WriteHeartbeat;
}

/**
 * Keeps up to `parallelism` write activities running until every partition is written, asking for the next page of
 * partitions before the last one is used up. While the run is paused or held it has none. Must run in a scope that the run's
 * cancellation does not reach: it is told to stop by `stop`, because it has to look at heartbeats before it cancels activities.
 */
export class WriteWindow {
  readonly #state: State;
  readonly #heartbeats: LastHeartbeats;
  readonly #changed: () => void;
  readonly #running = new Map<number, Running>();
  /** The page that is asked for. */
  #page: CancellationScope | undefined;
  #recalls = 0;
  #ending = false;
  #failure: FaultInfo | undefined;
  /** Goes on with everything that `run` has to look at. */
  #turn = 0;

  constructor(state: State, heartbeats: LastHeartbeats, changed: () => void) {
    this.#state = state;
    this.#heartbeats = heartbeats;
    this.#changed = changed;
  }

  /** Labels of the partitions that are being written. */
  get labels(): readonly string[] {
    return [...this.#running.values()].map(({ piece }) => piece.partition.label);
  }

  /** What ended it, if it was a fault. */
  get failure(): FaultInfo | undefined {
    return this.#failure;
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.#running.size === 0 && this.#page === undefined && this.#recalls === 0;
  }

  async run(): Promise<WindowEnd> {
    // A retry may go on with a run that ended with more dirty records than it may have, and nothing left to write.
    this.#judge();
    this.look();
    for (;;) {
      const turn = this.#turn;
      const { live, waiting, listed } = this.#state;
      const isLong = workflowInfo().continueAsNewSuggested;
      if (this.#ending || isStopped(live)) this.recall();
      else if (!isLong) this.#launch();
      if (this.isIdle) {
        if (this.#ending) return 'stopped';
        if (waiting.length === 0 && listed && !live.held) return 'written';
        if (isLong) return 'continue';
      }
      await condition(() => this.#turn !== turn);
    }
  }

  /** Lets everything that is under way drain, and launches nothing more. */
  stop(): void {
    this.#ending = true;
    this.#state.phase = 'draining';
    this.look();
  }

  /** @param fault what ends the run */
  fail(fault: FaultInfo): void {
    this.#failure ??= fault;
    this.#state.lastError = this.#failure;
    this.stop();
  }

  /** Something has changed that may call for another number of activities, or for others. */
  look(): void {
    this.#turn++;
    this.#changed();
  }

  /** Asks activities to drain and return what they did; what is left of their partitions waits to be launched again. */
  recall(which: readonly Running[] = [...this.#running.values()]): void {
    if (this.#ending || isStopped(this.#state.live)) this.#page?.cancel();
    const asked = which.filter(({ recalled }) => !recalled);
    if (asked.length === 0) return;
    for (const running of asked) running.recalled = true;
    this.#recalls++;
    void this.#recallNow(asked).finally(() => {
      this.#recalls--;
      this.look();
    });
  }

  #launch(): void {
    const state = this.#state;
    const { parallelism } = liveSettings(this.#job, state.live);
    const before = this.#running.size;
    while (this.#running.size < parallelism) {
      const piece = state.waiting.shift();
      if (!piece) break;
      this.#write(piece);
    }
    // Once for all of them: it may be told to the outside, which is an event of history.
    if (this.#running.size > before) this.look();
    const excess = this.#running.size - parallelism;
    if (excess > 0) this.recall([...this.#running.values()].slice(-excess));
    if (!state.listed && this.#page === undefined && state.waiting.length < parallelism) this.#nextPage();
  }

  #nextPage(): void {
    const { cursor, partitionsKnown, replay } = this.#state;
    const scope = newScope();
    this.#page = scope;
    const input = { job: this.#job, cursor, limit: PAGE, first: partitionsKnown, ...(replay && { replay }) };
    scope
      .run(() => callPartitionInput(input))
      .then(
        (page) => {
          const fault = unknownTopic(this.#state, this.#job, page.partitions);
          if (fault) return this.fail(fault);
          addPage(this.#state, page);
          if (this.#state.phase === 'partitioning') this.#state.phase = 'writing';
        },
        (error: unknown) => {
          if (!wasCancelled(error)) this.fail(faultOf(error));
        },
      )
      .finally(() => {
        this.#page = undefined;
        this.look();
      });
  }

  #write(piece: Piece): void {
    const running: Running = { piece, scope: newScope(), recalled: false };
    const { index } = piece.partition;
    const input = writeInput(this.#state, this.#job, piece, this.#running.size + 1);
    this.#running.set(index, running);
    this.#noteRunning();
    // What is left of the piece must not wait while it counts as running, or it would be counted twice.
    const ended = () => {
      this.#running.delete(index);
      this.#noteRunning();
    };
    running.scope
      .run(() => callWriteBatch(input))
      .then(
        (result) => {
          ended();
          this.#settle(piece.partition, result);
        },
        (error: unknown) => {
          ended();
          this.#lose(running, error);
        },
      )
      .finally(() => {
        this.#judge();
        this.look();
      });
  }

  #noteRunning(): void {
    this.#state.running = [...this.#running.values()].map(({ piece }) => piece);
  }

  #settle(partition: Partition, { stoppedBy, ...watermark }: WriteResult): void {
    const { waiting } = this.#state;
    if (watermark.done) addPartition(this.#state, partition, watermark);
    else waiting.unshift({ partition, from: watermark });
    if (!addsUp(watermark)) this.fail(doesNotAddUp(partition, watermark));
    if (stoppedBy?.code === 'dirty_record') this.fail(stoppedBy);
    if (stoppedBy && isNotSafe(stoppedBy)) this.#hold(stoppedBy);
  }

  /** An activity that ended without returning: its last heartbeat tells how far it came. */
  #lose({ piece, heartbeat }: Running, error: unknown): void {
    const { partition, from } = piece;
    const last = heartbeatOf(error) ?? heartbeat;
    if (last) this.#settle(partition, afterCrash(last));
    else this.#state.waiting.unshift({ partition, ...(from && { from }) });
    if (!wasCancelled(error)) this.fail(faultOf(error));
  }

  /** Ends or holds the run if it has more dirty records than it may have now. */
  #judge(): void {
    const { live } = this.#state;
    const { records } = known(this.#state);
    const { limit } = liveSettings(this.#job, live);
    if (live.held || this.#ending || !isBreached(limit, records)) return;
    const fault = breach(limit, records);
    const { onBreach } = this.#job.settings.errorLimit;
    if (onBreach === 'hold' && this.#job.dirty.mode !== 'fail') this.#hold(fault);
    else this.fail(fault);
  }

  #hold(fault: FaultInfo): void {
    const { live } = this.#state;
    if (live.held || this.#ending) return;
    live.held = fault;
    note(live, 'rocketlift', `held: ${fault.message}`, Date.now());
  }

  async #recallNow(asked: readonly Running[]): Promise<void> {
    // An activity that is between two attempts can't be asked to drain: the server ends it, and with it what it had
    // heartbeat. So that is read before.
    // The run may be cancelled already, and a cancelled scope starts no activities.
    for (const heartbeat of await CancellationScope.nonCancellable(() => this.#heartbeats.ask())) {
      const running = asked.find(({ piece }) => piece.partition.index === heartbeat.partition);
      if (running) running.heartbeat = heartbeat;
    }
    for (const { scope } of asked) scope.cancel();
  }

  get #job(): Job {
    const { validated } = this.#state;
    if (!validated) throw new TypeError('the job has not been validated');
    return validated.job;
  }
}

/** The run's own cancellation is kept from it: it is cancelled by hand, after a look at the heartbeats. */
const newScope = () =>
  new CancellationScope({ cancellable: true, parent: new CancellationScope({ cancellable: false }) });

function doesNotAddUp({ label }: Partition, { records, kept }: Watermark): FaultInfo {
  const { read, written, dirty, filtered } = records;
  const store = kept && kept.entries !== dirty ? `, and ${kept.entries} are kept` : '';
  return {
    code: 'does_not_add_up',
    fault: 'world',
    message: `Partition ${label}: ${read} records were read, but ${written} written + ${dirty} dirty + ${filtered} filtered${store}.`,
    mend: 'Report this: records were lost or counted twice.',
  };
}
