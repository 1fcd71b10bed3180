import type { WorkflowInterceptors } from '@temporalio/workflow';

/** What a workflow has been given last. */
interface Given {
  /** Events so far. */
  readonly events: number;
  /** Bytes of history when the workflow task began, as the server counted them. */
  readonly bytes: string;
}

/** What servers before 1.20 say of the size. */
const UNTOLD = '0';

/**
 * Keeps a run from going ahead of its history.
 *
 * A query that waits for a worker is answered, once there is one, by a replay of all the events there are: also of those which no
 * workflow task has handled yet. The SDK (Core, as in 1.24) keeps what the workflow does with these, and sends it with the next
 * task. A replay will give the workflow the same events with that task, at a later time and maybe together with others; what it does
 * then may be something else, and the run is stuck for good. Workers that are replaced while somebody looks at a run make that
 * happen. Such events are known by the size of the history: what is told of it is still that of the task before them.
 *
 * Refusing them costs that query its answer, and the worker what it remembers of the run: it is read anew with the next task.
 */
export const interceptors = (): WorkflowInterceptors => {
  let last: Given | undefined;
  return {
    internals: [
      {
        activate(input, next) {
          const { historyLength, historySizeBytes, isReplaying, jobs } = input.activation;
          if ((jobs ?? []).every(({ queryWorkflow }) => !queryWorkflow)) {
            const given = { events: Number(historyLength), bytes: String(historySizeBytes) };
            const isAhead = last?.bytes === given.bytes && given.events > last.events;
            if (isAhead && !isReplaying && given.bytes !== UNTOLD) {
              throw new Error(
                'There is more in the history than workflow tasks have handled yet: ask again.',
              );
            }
            last = given;
          }
          next(input);
        },
      },
    ],
  };
};
