import { WorkflowNotFoundError } from '@temporalio/client';
import { type DirtyTopic, parseTopicPlace } from '../job/dirty-place.js';
import { describeExecution } from './executions.js';
import { loadedJobOf, runInput } from './run-input.js';
import type { RunRef } from './run-ref.js';
import type { Session } from './session.js';

/** How far the clocks of Temporal and of a broker may lie apart, in milliseconds. */
const CLOCKS_APART_MS = 3_600_000;

/**
 * The topic that a run keeps its dirty records in, and how its job reaches it.
 * @param place as the run's report says it
 * @returns undefined where that is a folder
 */
export async function dirtyTopicOf(
  session: Session,
  run: RunRef,
  place: string,
): Promise<DirtyTopic | undefined> {
  const kept = parseTopicPlace(place);
  if (!kept) return undefined;
  const { namesrvAddr, credentials, tls } = loadedJobOf(await runInput(session, run)).job.sink;
  const began = await startOf(session, kept.run);
  return {
    ...kept,
    sink: { namesrvAddr, ...(credentials && { credentials }), ...(tls && { tls }) },
    ...(began !== undefined && { since: began - CLOCKS_APART_MS }),
  };
}

/** When a run started; undefined of one that Temporal has forgotten, as it may the first of those that go on with one another. */
async function startOf(session: Session, run: string): Promise<number | undefined> {
  // A workflow id may be any text.
  const slash = run.lastIndexOf('/');
  try {
    const first = await describeExecution(session, run.slice(0, slash), run.slice(slash + 1));
    return first.description.startTime.getTime();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
