import { afterEach, describe, expect, it } from 'vitest';
import { ask, REQUEST } from '../../src/dev/remoting.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { useOwnStack } from './support/own-stack.js';

const stack = useOwnStack();
const bench = useBench({ stack });
const ROWS = 1000;

/** What the broker waits for before it says that messages are safe: replicas, of which it has none, for a moment. */
const FOR_REPLICAS = 'brokerRole=SYNC_MASTER\ninSyncReplicas=2\nslaveTimeout=100';
const FOR_NOTHING = 'brokerRole=ASYNC_MASTER\ninSyncReplicas=1\nslaveTimeout=3000';

async function brokerWaits(settings: string): Promise<void> {
  const { code, remark } = await ask(
    stack().rocketmq.brokerAddr,
    REQUEST.updateBrokerConfig,
    {},
    { body: settings },
  );
  expect({ code, remark }).toEqual({ code: 0, remark: undefined });
}

afterEach(() => brokerWaits(FOR_NOTHING));

describe.each(['proxy', 'nameserver'] as const)(
  'a broker that stores messages and has no replica to hand them to: %s',
  (transport) => {
    async function start(acknowledge: 'stored' | 'replicated') {
      const topic = await bench.topic();
      const rows = Array.from({ length: ROWS }, (_, n) => `${n}`);
      const path = await bench.file(`${topic}.csv`, `n\n${rows.join('\n')}\n`);
      const { namesrvAddr } = stack().rocketmq;
      const sink = { topic, acknowledge, ...(transport === 'nameserver' && { namesrvAddr, transport }) };
      return { topic, run: await bench.client.start(bench.job({ source: { type: 'csv', path }, sink })) };
    }

    it('is enough where the job says stored, and the report counts it', async () => {
      await brokerWaits(FOR_REPLICAS);
      const { topic, run } = await start('stored');
      const report = await bench.client.wait(run);
      await brokerWaits(FOR_NOTHING);
      expect(report).toMatchObject({
        state: 'completed',
        messages: ROWS,
        storedOnly: ROWS,
        duplicatesAtMost: 0,
      });
      expect(await readTopic(stack(), topic)).toHaveLength(ROWS);
    });

    it('holds the run where the job says replicated, until somebody decides', async () => {
      await brokerWaits(FOR_REPLICAS);
      const { topic, run } = await start('replicated');
      const { held } = await until(async () => {
        const progress = await bench.client.progress(run);
        return progress.state === 'held' && progress;
      });
      expect(held).toMatchObject({ code: 'rocketmq_not_safe' });
      await expect(bench.client.decide(run, { decision: 'raise', records: 5 })).rejects.toMatchObject({
        code: 'invalid_decision',
      });
      await brokerWaits(FOR_NOTHING);
      await bench.client.decide(run, { decision: 'continue' });
      const report = await bench.client.wait(run);

      expect(report).toMatchObject({ state: 'completed', messages: ROWS });
      expect(report).not.toHaveProperty('storedOnly');
      const messages = await readTopic(stack(), topic);
      expect(new Set(messages.map(({ id }) => id)).size).toBe(ROWS);
      // It was sent some times before, and stored each time.
      expect(messages.length).toBeGreaterThan(ROWS);
      expect(messages.length - ROWS).toBeLessThanOrEqual(report.duplicatesAtMost);
    });
  },
);
