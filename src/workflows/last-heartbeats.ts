import { condition, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { isWriteHeartbeat, type ToldHeartbeats, type WriteHeartbeat } from '../job/heartbeat.js';
import { callPendingHeartbeats } from './calls.js';
import { heartbeatsSignal } from './definitions.js';

/** Times that heartbeats are asked for: without them a recall could repeat more than the report says. */
const TRIES = 60;
/** How long an answer is waited for: a little longer than the local activity may take. */
const ANSWERED_WITHIN = '5s';

/**
 * Asks what the activities that are under way heartbeat last.
 *
 * The answer is waited for, which is a signal, and nothing depends on the end of the local activity that sends it. Where a question for
 * the run's progress comes with the same workflow task, the SDK (Core, as in 1.24) may note that end one task earlier than it tells the
 * workflow of it: a replay would do what follows one task too early, and the run be stuck for good. A signal is where it is in the
 * history, and so is the timer after which the question is asked again.
 */
export class LastHeartbeats {
  #asked = 0;
  /** Answers to the questions that are open. */
  readonly #answers = new Map<number, readonly WriteHeartbeat[] | undefined>();

  constructor() {
    setHandler(heartbeatsSignal, (told: Partial<ToldHeartbeats> | undefined) => {
      const { ask, heartbeats } = told ?? {};
      // An activity that is tried again answers twice, and a signal may come from anybody.
      if (typeof ask !== 'number' || !Array.isArray(heartbeats) || !this.#answers.has(ask)) return;
      if (!this.#answers.get(ask)) this.#answers.set(ask, heartbeats.filter(isWriteHeartbeat));
    });
  }

  /** @returns nothing where they can't be read */
  async ask(): Promise<readonly WriteHeartbeat[]> {
    const { workflowId, runId } = workflowInfo();
    const ask = ++this.#asked;
    this.#answers.set(ask, undefined);
    for (let tries = 1; tries <= TRIES; tries++) {
      callPendingHeartbeats({ workflowId, runId, ask }).catch((error: unknown) => {
        log.warn('the heartbeats of pending activities could not be read', { error: String(error), tries });
      });
      if (await condition(() => this.#answers.get(ask) !== undefined, ANSWERED_WITHIN)) break;
    }
    const answer = this.#answers.get(ask);
    this.#answers.delete(ask);
    return answer ?? [];
  }
}
