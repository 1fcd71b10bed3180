import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type FaultInfo, faultInfo } from '../job/fault.js';
import { addRecords, isBalanced, NO_RECORDS, type Report, type RunState } from '../job/report.js';
import { Announcer } from './announce.js';
import { callValidateConnection } from './calls.js';
import { setControlHandlers } from './control.js';
import { type MigrationInput, progressQuery, resumePointQuery, shareQuery } from './definitions.js';
import { failureOf, faultOf } from './failures.js';
import { LastHeartbeats } from './last-heartbeats.js';
import { shareNow } from './launch.js';
import { addWarnings, atRest, initialState, type State } from './state.js';
import { progressOf, reportOf } from './tell.js';
import { addTopics } from './topics.js';
import { verify } from './verify.js';
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
 * @param carried what a continued run takes over from the one before, or a retry from the run that it goes on with
 * @throws ApplicationFailure of the fault that ended it, or the cancellation; the report stands in the memo in any case
 */
export async function migration(input: MigrationInput | null | undefined, carried?: State): Promise<Report> {
  const { workflowId, runId: executionId, firstExecutionRunId: runId, startTime } = workflowInfo();
  const state = carried ?? initialState(startTime.getTime(), `${workflowId}/${runId}`, input?.replay);
  // A retry takes over what an earlier run had done, but not its time.
  if (executionId === runId) state.startedAt = startTime.getTime();
  const announcer = new Announcer(input?.searchAttributes ?? false, Date.now());
  // Its id is the job's name, and of a replay, of which the job has a run of its own, that name with an ending.
  const report = (runState?: RunState, error?: FaultInfo): Report =>
    reportOf(state, { job: workflowId, runId, runState, now: Date.now(), error });
  const announce = () =>
    announcer.progress(state.validated?.job, state, window.labels, Date.now(), () => report());
  const window = new WriteWindow(state, new LastHeartbeats(), announce);
  setControlHandlers(state, window);
  setHandler(progressQuery, () => progressOf(state), {
    description: 'How far the run is, without what is being written just now.',
  });
  setHandler(
    shareQuery,
    () => (state.validated ? shareNow(state, state.validated.job, state.running.length) : {}),
    {
      description: 'What each partition that is being written may use of the rate.',
    },
  );
  setHandler(resumePointQuery, () => (state.ended && input ? { input, state } : null), {
    description: 'What a retry goes on from, once the run has ended.',
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

  if (end === 'continue' && cancellation === undefined && failure === undefined) {
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    if (cancellation === undefined) return continueAsNew<typeof migration>(input, state);
  }
  if (end === 'written') failure ??= unaccounted(state);
  if (end === 'written' && cancellation === undefined && failure === undefined) {
    try {
      await verify(state, announce);
    } catch (error) {
      if (!isCancellation(error)) failure = faultOf(error);
    }
  }
  state.phase = 'done';
  state.ended = failure ? 'failed' : cancellation === undefined ? 'completed' : 'cancelled';
  const { read, written, filtered } = atRest(state).records;
  if (read > 0 && filtered === read) addWarnings(state, ['The filter left out every record that was read.']);
  else if (read > 0 && written === 0) addWarnings(state, ['Not one record that was read could be written.']);
  if (failure) state.lastError = failure;
  announce();
  const last = report(state.ended, failure && faultInfo(failure));
  announcer.report(last);
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  if (failure) throw failureOf(failure);
  if (cancellation !== undefined) throw cancellation;
  return last;
}

async function validate(input: MigrationInput | null | undefined, state: State) {
  if (!input) throw failureOf(NO_INPUT);
  const { replay, storeRun } = state;
  const validated = await callValidateConnection({
    job: input.job,
    storeRun,
    ...(replay && { replay }),
  });
  // A retry has its partitions already.
  state.phase = state.partitionsKnown > 0 ? 'writing' : 'partitioning';
  addWarnings(state, validated.warnings);
  addTopics(state, validated.topics);
  // Where they ended stands with what is sent to them, and need not stand twice.
  return { ...validated, topics: validated.topics.map(({ ends: _, ...topic }) => topic) };
}

/** What would be missing from a run that comes to its end. */
function unaccounted({
  tally,
  partitionsDone,
  partitionsKnown,
  inputs,
  furtherInputs,
}: State): FaultInfo | undefined {
  const byInput = Object.values(inputs).reduce(addRecords, furtherInputs ?? NO_RECORDS);
  const { read, written, dirty, filtered } = tally.records;
  if (isBalanced(tally.records) && byInput.read === read && partitionsDone === partitionsKnown)
    return undefined;
  return {
    code: 'does_not_add_up',
    fault: 'world',
    message:
      `${read} records were read (${byInput.read} by inputs), but ${written} written + ${dirty} dirty + ${filtered} filtered; ` +
      `${partitionsDone} of ${partitionsKnown} partitions are done.`,
    mend: 'Report this: records were lost or counted twice.',
  };
}
