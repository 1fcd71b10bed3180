import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import type { TopicDetails } from '../../src/rocketmq/nameserver/topic-admin.js';
import { send } from '../support/send.js';
import { CLOSED_PORT, json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');
const { namesrvAddr, brokerAddr } = stack.rocketmq;

let topic: string;
beforeAll(async () => {
  topic = await bench.topic();
});

const topics = (...args: string[]) => cli.run(['topics', '--namesrv', namesrvAddr, ...args]);

describe('topics', () => {
  it('lists them, and those of the servers only with --all', async () => {
    const { code, stdout } = await topics();
    expect(code).toBe(0);
    const listed = stdout.trimEnd().split('\n');
    expect(listed).toContain(topic);
    expect(listed).toEqual(listed.toSorted());
    const own = ['SELF_TEST_TOPIC', 'DefaultCluster', 'broker-a', 'rmq_sys_wheel_timer'];
    for (const name of own) expect(listed).not.toContain(name);

    const all = json<{ topics: { topic: string }[] }>(await topics('--all', '--json'));
    expect(all.topics.map((each) => each.topic)).toEqual(expect.arrayContaining([topic, ...own]));
  });

  it('describes one as the broker has it: queues, permission, type, size limit, messages', async () => {
    const odd = `t-${randomUUID()}`;
    await createTopic(stack, odd, { queues: 3, type: 'FIFO', perm: 'read-write' });
    await send(brokerAddr, odd, { queue: 2, bodies: ['a', 'b'] });
    const result = await topics(odd, '--json');
    expect(json<{ topics: TopicDetails[] }>(result).topics).toEqual([
      {
        topic: odd,
        type: 'FIFO',
        messages: 2,
        maxMessageBytes: 4 * 1024 * 1024,
        brokers: [
          {
            broker: 'broker-a',
            cluster: 'DefaultCluster',
            address: brokerAddr,
            readableQueues: 3,
            writableQueues: 3,
            type: 'FIFO',
            maxMessageBytes: 4 * 1024 * 1024,
            queues: [
              { queue: 0, min: 0, max: 0 },
              { queue: 1, min: 0, max: 0 },
              { queue: 2, min: 0, max: 2 },
            ],
          },
        ],
      },
    ]);

    await createTopic(stack, odd, { queues: 3, type: 'FIFO', perm: 'read' });
    const { stdout } = await topics(odd, topic);
    expect(stdout).toMatch(/type +FIFO\n/);
    expect(stdout).toMatch(/broker-a +DefaultCluster +\S+ +3 queues +0 queues +2\n/);
    expect(stdout).toMatch(/type +NORMAL\n/);
  });

  it('takes the address from a job file', async () => {
    const path = await bench.file('one.csv', 'id\n1\n');
    const source = { type: 'csv', path } as const;
    const job = bench.job({ source, sink: { topic, namesrvAddr, transport: 'nameserver' } });
    const { code, stdout } = await cli.run(['topics', topic, '--job', await cli.jobFile(job)]);
    expect(code).toBe(0);
    expect(stdout).toContain('broker-a');
  });

  it.each([
    ['a topic that is not there', 'topic_not_found', ['t-missing', '--namesrv', namesrvAddr]],
    ['servers that are not there', 'rocketmq_unreachable', ['--namesrv', CLOSED_PORT]],
    ['what is no address', 'namesrv_address', ['--namesrv', 'here']],
    ['no address at all', 'namesrv_missing', []],
  ])('says what is wrong with %s', async (_, code, args) => {
    const result = await cli.run(['topics', ...args, '--json']);
    expect(result.code).not.toBe(0);
    expect(json(result)).toMatchObject({ error: { code } });
  });
});
