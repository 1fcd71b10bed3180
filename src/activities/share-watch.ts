import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import type { Rate } from '../job/schema/job.js';
import { SHARE_QUERY } from '../job/share.js';
import type { Pacer } from '../pipeline/pacer.js';

/** How often a run is asked for the share of each of its partitions, in milliseconds. */
const INTERVAL_MS = 500;
const ANSWER_WITHIN_MS = 2000;

const NEVER = new AbortController().signal;

interface Follower {
  readonly context: Context;
  readonly pacer: Pacer;
}

/** The partitions of a run that are written by this worker. One question serves all of them. */
class ShareWatch {
  readonly followers = new Set<Follower>();

  async run(): Promise<void> {
    for (;;) {
      await delay(INTERVAL_MS);
      if (this.followers.size === 0) return;
      // Those of a worker that ends are left alone: nobody may be there to answer.
      const first = [...this.followers].find(({ context }) => !context.cancellationSignal.aborted);
      if (!first) continue;
      try {
        const share = await ask(first.context);
        for (const { pacer } of this.followers) pacer.setRate(share);
      } catch (error) {
        // They go on with the share they have, and it is asked for again.
        first.context.log.debug('the share of the rate could not be asked for', { error: String(error) });
      }
    }
  }
}

const watches = new Map<string, ShareWatch>();

/**
 * Lets a pacer follow the run's answers, so that a change of the rate, and the end of another partition, is felt within a
 * second, without an event in the run's history.
 * @returns ends it
 */
export function followShare(context: Context, pacer: Pacer): () => void {
  const { runId } = workflowOf(context);
  let watch = watches.get(runId);
  const follower = { context, pacer };
  if (watch) watch.followers.add(follower);
  else {
    const begun = new ShareWatch();
    watch = begun;
    watches.set(runId, begun);
    begun.followers.add(follower);
    void begun.run().finally(() => {
      if (watches.get(runId) === begun) watches.delete(runId);
    });
  }
  return () => {
    watch.followers.delete(follower);
    // Who comes next begins anew: this one may have looked around already.
    if (watch.followers.size === 0 && watches.get(runId) === watch) watches.delete(runId);
  };
}

async function ask({ client, ...context }: Pick<Context, 'client' | 'info'>): Promise<Rate> {
  const { workflowId, runId } = workflowOf(context);
  // Not by the signal of one activity: it asks for others as well.
  return await client.withAbortSignal(NEVER, () =>
    client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      client.workflow.getHandle(workflowId, runId).query<Rate>(SHARE_QUERY),
    ),
  );
}

function workflowOf({ info }: Pick<Context, 'info'>): { workflowId: string; runId: string } {
  const { workflowExecution } = info;
  if (!workflowExecution) throw new Error('not an activity of a workflow');
  return workflowExecution;
}
