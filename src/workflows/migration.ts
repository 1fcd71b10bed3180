import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type FaultInfo, faultInfo } from '../job/fault.js';
import type { Report, RunState } from '../job/report.js';
import { Announcer } from './announce.js';
import { callValidateConnection } from './calls.js';
import { type MigrationInput, progressQuery } from './definitions.js';
import { failureOf, faultOf } from './failures.js';
import { addWarnings, initialState, progressOf, reportOf, type State } from './state.js';
import { type WindowEnd, WriteWindow } from './write-window.js';

const NO_INPUT: FaultInfo = {
  code: 'invalid_job',
  fault: 'user',
  message: 'The run has no input.',
  mend: 'Start it with `rocketlift start`, or give it the input { "job": … }.',
};

/**
 * A migration: validates, splits the input into pages of partitions, and writes them, a bounded number at once.
 * @param input missing where the run was started in the Temporal UI without one
 * @param carried what a continued run takes over from the one before
 * @throws ApplicationFailure of the fault that ended it, or the cancellation; the report stands in the memo in any case
 */
export async function migration(input: MigrationInput | null | undefined, carried?: State): Promise<Report> {
  const { workflowId, firstExecutionRunId: runId, startTime } = workflowInfo();
  const state = carried ?? initialState(startTime.getTime());
  const announcer = new Announcer(input?.searchAttributes ?? false, Date.now());
  const report = (runState: RunState, error?: FaultInfo): Report => {
    const job = state.validated?.job.name ?? workflowId;
    return reportOf(state, { job, runId, runState, now: Date.now(), error });
  };
  const announce = () =>
    announcer.progress(state.validated?.job, state, window.labels, Date.now(), () => report('running'));
  const window = new WriteWindow(state, announce);
  setHandler(progressQuery, () => progressOf(state, window.labels.length), {
    description: 'How far the run is: what the finished partitions add up to.',
  });

  let end: WindowEnd = 'stopped';
  let failure: FaultInfo | undefined;
  let cancellation: unknown;
  CancellationScope.current().cancelRequested.catch((reason) => {
    cancellation = reason;
    window.stop();
  });
  try {
    announce();
    state.validated ??= await validate(input, state);
    announcer.name(state.validated.job);
    announce();
    if (cancellation === undefined) end = await CancellationScope.nonCancellable(() => window.run());
    failure = window.failure;
  } catch (error) {
    if (!isCancellation(error)) failure = faultOf(error);
  }

  if (end === 'continue' && cancellation === undefined) {
    return continueAsNew<typeof migration>(input, state);
  }
  state.phase = 'done';
  state.ended = failure ? 'failed' : cancellation === undefined ? 'completed' : 'cancelled';
  const { read, written, filtered } = state.tally.records;
  if (read > 0 && filtered === read) addWarnings(state, ['The filter left out every record that was read.']);
  else if (read > 0 && written === 0) addWarnings(state, ['Not one record that was read could be written.']);
  if (failure) state.lastError = failure;
  announce();
  const last = report(state.ended, failure && faultInfo(failure));
  announcer.report(last);
  if (failure) throw failureOf(failure);
  if (cancellation !== undefined) throw cancellation;
  return last;
}

async function validate(input: MigrationInput | null | undefined, state: State) {
  if (!input) throw failureOf(NO_INPUT);
  const validated = await callValidateConnection({ job: input.job });
  state.phase = 'partitioning';
  addWarnings(state, validated.warnings);
  return validated;
}
