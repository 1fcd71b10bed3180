import { describe, expect, inject, it } from 'vitest';
import { RECORD_IDS_PROPERTY } from '../../src/job/message.js';
import { halfWay, ROWS, slowJob, stored, unsplitJob } from '../support/half-way.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';
import { storedZstd } from '../support/zstd.js';

const bench = useBench({ worker: false });
const stack = inject('stack');

const DONE = { state: 'completed', records: { read: ROWS, written: ROWS, dirty: 0 } };

const objects = Array.from({ length: ROWS }, (_, n) => `{"id":${n},"text":"some text of row ${n}"}`);
const JOBS = {
  // A document a record, so that every position tells what is open as well.
  json: {
    type: 'json',
    recordPath: 'data',
    content: objects.map((text) => `{"data":${text}}`).join('\n'),
  },
  'ndjson.zst': { type: 'ndjson', content: storedZstd(objects.join('\n')) },
} as const;

// They mostly wait for Temporal to notice, on workers of their own.
describe.concurrent('a worker that is killed half-way: another one goes on, nothing is lost', {
  timeout: 180_000,
}, () => {
  it.for(['csv', 'json', 'ndjson.zst'] as const)(
    '%s: and no more repeated than the report says',
    async (ending, context) => {
      const topic = await bench.topic();
      const job = await (ending === 'csv'
        ? slowJob(bench, topic)
        : unsplitJob(bench, topic, { ending, ...JOBS[ending] }));
      const { run, client, worker, startWorker } = await halfWay(job, context);
      await worker.end('SIGKILL');
      await startWorker();
      const report = await client.wait(run);

      expect(report).toMatchObject(DONE);
      const { records, duplicates } = await stored(stack, topic);
      expect(records).toBe(ROWS);
      expect(report.duplicatesAtMost).toBeGreaterThan(0);
      expect(duplicates).toBeLessThanOrEqual(report.duplicatesAtMost);
    },
  );

  it('records that share messages: and no more messages repeated than the report says', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker, startWorker } = await halfWay(
      await slowJob(bench, topic, { packed: true }),
      context,
    );
    await worker.end('SIGKILL');
    await startWorker();
    const report = await client.wait(run);

    expect(report).toMatchObject(DONE);
    expect(report.messages).toBeLessThan(ROWS / 9);
    const messages = await readTopic(stack, topic);
    const rows = messages.flatMap(({ body }) => JSON.parse(body.toString()) as { id: number }[]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(ROWS);
    const ids = messages.flatMap(({ properties }) => properties[RECORD_IDS_PROPERTY].split(','));
    expect(new Set(ids).size).toBe(ROWS);
    expect(messages.length - report.messages).toBeLessThanOrEqual(report.duplicatesAtMost);
  });
});
