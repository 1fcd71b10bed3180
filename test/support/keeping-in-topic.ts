import { inject } from 'vitest';
import type { DirtyEntry } from '../../src/dirty/entry.js';
import type { LoadedJob } from '../../src/job/parse.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { type Cli, json } from '../cli/cli.js';
import { keeping } from './keeping.js';
import type { Bench } from './migration.js';
import { readTopic } from './topic-reader.js';

/** Settings of a job that ends for no number of dirty records. */
export const NO_LIMIT = { errorLimit: { records: 1_000_000 } };

/** Three rows, of which the last two are dirty. */
export const CONTENT = 'id,text\n1,a\nx,"b ""c"""\n3,c,d\n';

/** What tests of dirty records that are kept in a topic do again and again. */
export function keepingInTopic(bench: Bench, cli: Cli) {
  const stack = inject('stack');
  const { namesrvAddr } = stack.rocketmq;
  const { keepingJob, finish } = keeping(bench);
  return {
    /** A job over a CSV file that keeps what it can't send in a topic. */
    topicJob(
      topic: string,
      dirtyTopic: string,
      content: string,
      over: Partial<JobInput> = {},
    ): Promise<LoadedJob> {
      return keepingJob(topic, content, {
        sink: { topic, namesrvAddr, transport: 'nameserver', ...over.sink },
        ...over,
        dirty: { mode: 'keep', path: undefined, topic: dirtyTopic, ...over.dirty },
      });
    },

    /** What `rocketlift dirty list` says of a run. */
    async listed(run: string) {
      const result = await cli.run(['dirty', 'list', run, '--json', '--limit', '1000000']);
      return json<{ total: number; missing?: number; byCode: object; records: DirtyEntry[] }>(result);
    },

    /** The ids of the entries that brokers hold, as often as each is there. */
    async idsIn(dirtyTopic: string): Promise<string[]> {
      const messages = await readTopic(stack, dirtyTopic);
      return messages.map(({ body }) => (JSON.parse(body.toString()) as DirtyEntry).id);
    },

    finish,
  };
}
