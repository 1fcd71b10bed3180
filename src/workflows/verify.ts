import { fullTopic } from '../job/full-topic.js';
import type { Job } from '../job/schema/job.js';
import { verifyMode } from '../job/verify.js';
import { callVerifyCount } from './calls.js';
import { addWarnings, type State } from './state.js';
import { topicsAtRest } from './topics.js';

/**
 * Has the brokers counted what came into the topics, where the job wants that.
 * @throws ActivityFailure `verify_failed` where that is less than was written; the cancellation
 */
export async function verify(state: State, announce: () => void): Promise<void> {
  const { validated, sampled } = state;
  const mode = validated ? verifyMode(validated.job) : 'none';
  if (!validated || mode === 'none') return;
  state.phase = 'verifying';
  announce();
  const { job } = validated;
  const topics = topicsAtRest(state);
  const sum = { arrived: 0, least: 0, most: 0 };
  for (const { topic, ends, sent } of topics) {
    if (!ends) continue;
    const { arrived, warnings } = await callVerifyCount({
      job: ofTopic(job, topic),
      before: ends,
      written: sent.messages,
      duplicatesAtMost: sent.duplicatesAtMost,
    });
    const of = topics.length > 1 ? `${fullTopic({ ...job.sink, topic })}: ` : '';
    addWarnings(
      state,
      warnings.map((warning) => `${of}${warning}`),
    );
    sum.arrived += arrived;
    sum.least += sent.messages;
    sum.most += sent.messages + sent.duplicatesAtMost;
  }
  state.verified = { mode, ...sum, ...(mode === 'sample' && { sampled: sampled ?? 0 }) };
}

/** The job as far as a count needs it: a list of a thousand files need not stand in history once for each topic. */
const ofTopic = ({ source, sink, ...job }: Job, topic: string): Job => ({
  ...job,
  transform: [],
  source: { ...source, path: '', columns: {} },
  sink: { ...sink, topic },
});
