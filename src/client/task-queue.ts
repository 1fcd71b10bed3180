import { worldFault } from '../job/fault.js';
import { call } from './rpc.js';
import type { Session } from './session.js';

/** A poll lasts a minute at most, so that a worker that has not asked for longer than this is gone. */
const FRESH_MS = 90_000;

/** Whether a worker has polled the task queue of late. One that has just died still counts for a while. */
export async function hasWorker(session: Session, taskQueue = session.taskQueue): Promise<boolean> {
  const { pollers } = await call(session, () =>
    session.connection.workflowService.describeTaskQueue({
      namespace: session.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: WORKFLOW_TASKS,
    }),
  );
  return pollers.some(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > Date.now() - FRESH_MS,
  );
}

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const WORKFLOW_TASKS = 1;

export const noWorker = (taskQueue: string) =>
  worldFault(
    'no_worker',
    `No worker polls the task queue "${taskQueue}", so nothing moves.`,
    `Start one with \`rocketlift worker --task-queue ${taskQueue}\`: then the run goes on, or ends if it is being cancelled.`,
  );
