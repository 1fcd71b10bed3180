import type { MigrationClient } from '../client/migration-client.js';
import { type RunSelector, runText } from '../client/run-ref.js';
import type { FaultInfo } from '../job/fault.js';
import type { Report } from '../job/report.js';
import { EXIT, exitOfState } from './exit.js';
import { print, printJson, say } from './output.js';
import { createProgressView, type ProgressView } from './progress-view.js';
import { reportText } from './report-text.js';

export interface FollowOptions {
  readonly json: boolean;
  /** Said once Ctrl-C is heard: whoever reads it may press it at once. */
  readonly started?: string;
  /** How long to wait while nobody answers, in milliseconds. */
  readonly patience?: number | undefined;
  /** What Ctrl-C does first; a second one always leaves at once. */
  readonly onInterrupt: (view: ProgressView, stopWaiting: () => void) => Promise<void>;
  /** Rejects if there is no point in waiting any more. */
  readonly unless?: Promise<never>;
}

/** Shows a run's progress until it has ended, prints its report, and gives the exit code. */
export async function follow(
  client: MigrationClient,
  run: RunSelector,
  options: FollowOptions,
): Promise<number> {
  const { json, started, patience: patienceMs, onInterrupt, unless } = options;
  const view = createProgressView(json);
  const stop = new AbortController();
  let interrupted = false;
  let held: FaultInfo | undefined;
  let fail: (reason: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // At once: a question to a worker that may not answer is under way.
  const stopWaiting = () => {
    stop.abort();
    fail(stop.signal.reason);
  };
  const interrupt = () => {
    if (interrupted) leave(run);
    interrupted = true;
    onInterrupt(view, stopWaiting).catch(fail);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  if (started !== undefined) say(started);
  try {
    const waiting = client.wait(run, {
      onProgress: (progress) => {
        if (progress.held && !held) view.say(heldText(run, progress.held));
        held = progress.held;
        view.show(progress);
      },
      signal: stop.signal,
      ...(patienceMs !== undefined && { patienceMs }),
    });
    const report = await Promise.race(unless === undefined ? [waiting, failed] : [waiting, failed, unless]);
    view.close();
    printReport(report, json);
    return interrupted ? EXIT.interrupted : exitOfState(report.state);
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    view.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function heldText(run: RunSelector, { message }: FaultInfo): string {
  const decide = `rocketlift decide ${runText(run)}`;
  return `Held: ${message}\nDecide with: ${decide} continue | raise --records N | abort`;
}

/** At once, without waiting for anybody's answer: so it can't tell what became of the run. */
function leave(run: RunSelector): never {
  say(`\nLeft. The run may still be going on: rocketlift describe ${runText(run)}`);
  process.exit(EXIT.interrupted);
}

export function printReport(report: Report, json: boolean): void {
  if (json) printJson(report);
  else print(reportText(report));
}
