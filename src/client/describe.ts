import type { Report, RunState } from '../job/report.js';
import { endReport } from './end-report.js';
import { findExecution, hasEnded } from './executions.js';
import { progressOf, type RunProgress } from './progress.js';
import type { RunRef, RunSelector } from './run-ref.js';
import type { Session } from './session.js';
import { uiLink } from './ui-link.js';

/** All that can be told of a run. */
export interface RunDescription {
  readonly run: RunRef;
  readonly state: RunState;
  readonly taskQueue: string;
  /** ISO 8601. Of a run that was continued: when its latest execution started. */
  readonly started: string;
  /** ISO 8601. */
  readonly ended?: string;
  /** While it runs. */
  readonly progress?: RunProgress;
  /** Once it has ended. */
  readonly report?: Report;
  /** Its page in the Temporal UI, where that is known. */
  readonly ui?: string;
}

/** @throws Fault `run_not_found`, `temporal_unreachable` */
export async function describeRun(session: Session, selector: RunSelector): Promise<RunDescription> {
  const execution = await findExecution(session, selector);
  const { run, state, description } = execution;
  const ui = uiLink(session, run);
  return {
    run,
    state,
    taskQueue: description.taskQueue,
    started: description.startTime.toISOString(),
    ...(description.closeTime && { ended: description.closeTime.toISOString() }),
    ...(hasEnded(state)
      ? { report: await endReport(session, execution) }
      : { progress: await progressOf(session, execution) }),
    ...(ui !== undefined && { ui }),
  };
}
