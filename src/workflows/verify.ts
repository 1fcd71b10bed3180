import { verifyMode } from '../job/verify.js';
import { callVerifyCount } from './calls.js';
import { addWarnings, atRest, type State } from './state.js';

/**
 * Has the brokers counted what came into the topic, where the job wants that.
 * @throws ActivityFailure `verify_failed` where that is less than was written; the cancellation
 */
export async function verify(state: State, announce: () => void): Promise<void> {
  const { validated, topicEnds, sampled } = state;
  const mode = validated ? verifyMode(validated.job) : 'none';
  if (!validated || !topicEnds || mode === 'none') return;
  state.phase = 'verifying';
  announce();
  const { messages: written, duplicatesAtMost } = atRest(state);
  const { arrived, warnings } = await callVerifyCount({
    job: validated.job,
    before: topicEnds,
    written,
    duplicatesAtMost,
  });
  addWarnings(state, warnings);
  state.verified = {
    mode,
    arrived,
    least: written,
    most: written + duplicatesAtMost,
    ...(mode === 'sample' && { sampled: sampled ?? 0 }),
  };
}
