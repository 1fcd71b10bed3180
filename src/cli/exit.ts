import { CommanderError } from 'commander';
import { Fault, type FaultInfo, faultInfo } from '../job/fault.js';
import { JobFileError, type JobProblem } from '../job/problem.js';
import type { RunState } from '../job/report.js';

/** Exit codes. A promise to scripts. */
export const EXIT = {
  done: 0,
  /** The run failed, or something in the world did. */
  failed: 1,
  /** Wrong use, or an invalid job file. */
  wrongUse: 2,
  /** Temporal can't be reached, or nobody answers. */
  unreachable: 3,
  cancelled: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** The exit code of a command that waited for a run. */
export function exitOfState(state: RunState): number {
  if (state === 'failed' || state === 'terminated') return EXIT.failed;
  return state === 'cancelled' ? EXIT.cancelled : EXIT.done;
}

/**
 * The exit code of `cancel`, which did what was asked for where the run is cancelled now.
 * @param code that of following the run to its end
 * @param now whether it was to be terminated: that counts as failed elsewhere
 */
export function exitOfCancel(code: number, now: boolean): number {
  return code === EXIT.cancelled || (now && code === EXIT.failed) ? EXIT.done : code;
}

const UNREACHABLE = ['temporal_unreachable', 'temporal_denied', 'no_worker', 'worker_fails'];

/** The exit code of a command that an error ended. */
export function exitOfError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  if (!(error instanceof Fault)) return EXIT.failed;
  if (UNREACHABLE.includes(error.code)) return EXIT.unreachable;
  return error.fault === 'user' ? EXIT.wrongUse : EXIT.failed;
}

/** What a command prints about an error with --json. */
export interface ErrorOutput {
  readonly error: FaultInfo & { readonly problems?: readonly JobProblem[] };
}

/** Any error in the terms of a fault. */
export function errorOutput(error: unknown): ErrorOutput {
  if (error instanceof JobFileError) return { error: { ...faultInfo(error), problems: error.problems } };
  if (error instanceof Fault) return { error: faultInfo(error) };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    const text = message.replace(/^error: /, '');
    return { error: { code: 'wrong_use', fault: 'user', message: text, mend: 'See rocketlift --help.' } };
  }
  const mend = 'This should not happen: run it again with ROCKETLIFT_DEBUG=1, and report what it prints.';
  return { error: { code: 'internal', fault: 'world', message: `Unexpected error: ${message}`, mend } };
}
