import type { Change } from '../job/difference.js';
import type { DirtyTopic } from '../job/dirty-place.js';
import type { LoadedJob } from '../job/parse.js';
import type { Report } from '../job/report.js';
import type { SearchAttributeName } from '../job/search-attributes.js';
import type { Decision, LiveSettings, Tuning } from '../workflows/definitions.js';
import { type CancelOptions, cancelRun } from './cancel.js';
import { type ConnectOptions, connect } from './connect.js';
import { type ControlOptions, decideRun, pauseRun, resumeRun, tuneRun } from './control.js';
import { describeRun, type RunDescription } from './describe.js';
import { dirtyTopicOf } from './dirty-topic.js';
import { endReport, runningReport } from './end-report.js';
import { findExecution, hasEnded } from './executions.js';
import { listRuns, type RunListing } from './list.js';
import { type RunProgress, runProgress } from './progress.js';
import { type ReplayOptions, replayRun } from './replay.js';
import { type RetryOptions, retryRun } from './retry.js';
import type { RunRef, RunSelector } from './run-ref.js';
import { backfillSchedule } from './schedules/backfill.js';
import { createSchedule, deleteSchedule, pauseSchedule, resumeSchedule } from './schedules/control.js';
import { describeSchedule, type ScheduleDetails } from './schedules/describe.js';
import { listSchedules, type ScheduleListing } from './schedules/list.js';
import { type Triggered, triggerSchedule } from './schedules/trigger.js';
import { type UpdateScheduleOptions, updateSchedule } from './schedules/update.js';
import { searchAttributesMissing } from './search-attributes.js';
import type { Session } from './session.js';
import { checkNotRunning, startRun } from './start.js';
import { hasWorker } from './task-queue.js';
import { uiLink } from './ui-link.js';
import { type WaitOptions, waitForEnd } from './wait.js';

/** What is to be changed; what is not named stays, `null` takes a limit away. */
export type Tune = Omit<Tuning, 'by'>;
/** continue: without a limit; raise: with one of `records`; abort: the run fails. */
export type Decide = Omit<Decision, 'by'>;

/**
 * Starts runs of jobs and watches them. Every method throws a `Fault`: `temporal_unreachable` where the server does not
 * answer, `run_not_found` for a run that it does not know.
 *
 * ```ts
 * const client = await MigrationClient.connect();
 * const run = await client.start(await loadJobFile('orders.yaml'));
 * const report = await client.wait(run, { onProgress: (p) => console.log(p.records.written) });
 * await client.close();
 * ```
 */
export class MigrationClient {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Connects as the `temporal` CLI does, with its variables and profiles. */
  static async connect(options?: ConnectOptions): Promise<MigrationClient> {
    return new MigrationClient(await connect(options));
  }

  /** Host and port of the Temporal server. */
  get address(): string {
    return this.#session.address;
  }

  get namespace(): string {
    return this.#session.namespace;
  }

  get taskQueue(): string {
    return this.#session.taskQueue;
  }

  /** Starts a run. @throws Fault `already_running` */
  async start(job: LoadedJob): Promise<RunRef> {
    return await startRun(this.#session, job);
  }

  /** Checks that no run of the job is going on. @throws Fault `already_running` */
  async checkNotRunning(job: string): Promise<void> {
    await checkNotRunning(this.#session, job);
  }

  /** How far a run is. */
  async progress(run: RunSelector): Promise<RunProgress> {
    return await runProgress(this.#session, run);
  }

  /** Waits until a run has ended, in whichever way, and gives its report. @throws Fault `no_worker` */
  async wait(run: RunSelector, options?: WaitOptions): Promise<Report> {
    return await waitForEnd(this.#session, run, options);
  }

  /** State, progress and activities of a run, or its report once it has ended. */
  async describe(run: RunSelector): Promise<RunDescription> {
    return await describeRun(this.#session, run);
  }

  /** The report of a run; of one that is going on, as far as it is. */
  async report(run: RunSelector): Promise<Report> {
    const execution = await findExecution(this.#session, run);
    if (hasEnded(execution.state)) return await endReport(this.#session, execution);
    return await runningReport(this.#session, execution);
  }

  /** The topic that a run keeps its dirty records in; undefined where it keeps them in a folder, or none. */
  async dirtyTopic(run: RunSelector): Promise<DirtyTopic | undefined> {
    const { dirtyStore } = await this.report(run);
    if (dirtyStore === undefined) return undefined;
    const execution = await findExecution(this.#session, run);
    return await dirtyTopicOf(this.#session, execution.run, dirtyStore);
  }

  /** The latest runs of all jobs. @param options.limit at most so many. Default 20 */
  async list(options: { readonly limit?: number } = {}): Promise<RunListing[]> {
    return await listRuns(this.#session, options.limit);
  }

  /** Asks a run to drain and end, or ends it at once; does not wait for it. @throws Fault `not_running` */
  async cancel(run: RunSelector, options?: CancelOptions): Promise<RunRef> {
    return await cancelRun(this.#session, run, options);
  }

  /** Lets a run drain and wait; returns when it sends nothing any more. @throws Fault `is_paused`, `no_worker` */
  async pause(run: RunSelector, options?: ControlOptions): Promise<void> {
    await pauseRun(this.#session, run, options);
  }

  /** @throws Fault `not_paused`, `no_worker` */
  async resume(run: RunSelector, options?: ControlOptions): Promise<void> {
    await resumeRun(this.#session, run, options);
  }

  /** Changes rate, parallelism or error limit of a run; what holds from now on. @throws Fault `invalid_tuning`, `no_worker` */
  async tune(run: RunSelector, tuning: Tune, options?: ControlOptions): Promise<LiveSettings> {
    return await tuneRun(this.#session, run, tuning, options);
  }

  /** Decides what becomes of a run that is held at its error limit. @throws Fault `not_held`, `no_worker` */
  async decide(run: RunSelector, decision: Decide, options?: ControlOptions): Promise<void> {
    await decideRun(this.#session, run, decision, options);
  }

  /** Goes on with a run that failed or was cancelled. @throws Fault `nothing_to_retry`, `not_retryable`, `no_worker` */
  async retry(run: RunSelector, options?: RetryOptions): Promise<RunRef> {
    return await retryRun(this.#session, run, options);
  }

  /** Sends the dirty records that a run has kept. @throws Fault `nothing_kept`, `already_running` */
  async replay(run: RunSelector, options?: ReplayOptions): Promise<RunRef> {
    return await replayRun(this.#session, run, options);
  }

  /** Lets Temporal start the job by its schedule. @throws Fault `no_schedule`, `schedule_exists`, `invalid_schedule` */
  async createSchedule(job: LoadedJob): Promise<void> {
    await createSchedule(this.#session, job);
  }

  /** Makes a schedule what the job says, and tells what changes. @throws Fault `no_schedule`, `schedule_not_found` */
  async updateSchedule(job: LoadedJob, options?: UpdateScheduleOptions): Promise<readonly Change[]> {
    return await updateSchedule(this.#session, job, options);
  }

  /** The schedules of all jobs, with their next times and how the last run ended. */
  async listSchedules(): Promise<ScheduleListing[]> {
    return await listSchedules(this.#session);
  }

  /** A schedule and its latest runs. @throws Fault `schedule_not_found`, as do all that follow */
  async describeSchedule(job: string): Promise<ScheduleDetails> {
    return await describeSchedule(this.#session, job);
  }

  /** Starts no more runs until it is resumed; one that goes on is left alone. Without a note the one of an earlier pause stays. */
  async pauseSchedule(job: string, note?: string): Promise<void> {
    await pauseSchedule(this.#session, job, note);
  }

  /** Times that passed in between are left out. */
  async resumeSchedule(job: string, note?: string): Promise<void> {
    await resumeSchedule(this.#session, job, note);
  }

  /** Starts a run now, also of a paused schedule; returns once a worker has taken it on, or none does. @throws Fault `already_running` */
  async triggerSchedule(job: string): Promise<Triggered> {
    return await triggerSchedule(this.#session, job);
  }

  /** Runs the times from `from` to `to`, both included, one after another; returns them. @throws Fault `invalid_backfill` */
  async backfillSchedule(job: string, from: Date, to: Date): Promise<string[]> {
    return await backfillSchedule(this.#session, job, from, to);
  }

  /** Runs that go on are left alone. */
  async deleteSchedule(job: string): Promise<void> {
    await deleteSchedule(this.#session, job);
  }

  /** The search attributes that are not registered on the server; runs go on without any then. */
  async searchAttributesMissing(): Promise<SearchAttributeName[]> {
    return await searchAttributesMissing(this.#session);
  }

  /** Whether a worker has polled the task queue of late. */
  async hasWorker(taskQueue?: string): Promise<boolean> {
    return await hasWorker(this.#session, taskQueue);
  }

  /** The run's page in the Temporal UI, where that is known. */
  uiLink(run: RunRef): string | undefined {
    return uiLink(this.#session, run);
  }

  async close(): Promise<void> {
    await this.#session.connection.close();
  }
}
