import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { describe, expect, inject, it } from 'vitest';
import { ask, REQUEST } from '../../src/dev/remoting.js';
import { createTopic } from '../../src/dev/topics.js';
import { RECORD_IDS_PROPERTY } from '../../src/job/message.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');

interface Parts {
  readonly sink?: Partial<JobInput['sink']>;
  readonly columns?: JobInput['source']['columns'];
  readonly settings?: JobInput['settings'];
  readonly type?: 'NORMAL' | 'DELAY';
}

/** Moves a CSV file into a topic of its own; the report, and how to read the topic. */
async function migrate(content: string, { sink, columns = {}, settings, type = 'NORMAL' }: Parts = {}) {
  const topic = `t-${randomUUID()}`;
  await createTopic(stack, topic, { type });
  const path = await bench.file(`${topic}.csv`, content);
  const report = await bench.run(
    bench.job({
      source: { type: 'csv', path, columns, nullText: '' },
      sink: { topic, ...sink } as { topic: string },
      ...(settings && { settings }),
    }),
  );
  return { topic, report };
}

/** Changes the broker's configuration while something is done. */
async function withBroker<T>(setting: string, usual: string, work: () => Promise<T>): Promise<T> {
  const set = async (text: string) => {
    const { code, remark } = await ask(
      stack.rocketmq.brokerAddr,
      REQUEST.updateBrokerConfig,
      {},
      { body: text },
    );
    expect({ code, remark }).toMatchObject({ code: 0 });
  };
  await set(setting);
  try {
    return await work();
  } finally {
    await set(usual);
  }
}

describe('tag, key and properties', () => {
  it('come from fields, and what can not be one makes the record dirty', async () => {
    const { topic, report } = await migrate(
      'id,status,region\n1,paid,north east\n2,a|b,x\n3,,x\n4,open,\n,open,x\n6,open,"a\tb"\n',
      {
        sink: {
          tag: 'order-${status}',
          key: 'eu/${id} ',
          properties: { region: 'eu-${region}', origin: 'file', both: '${id}/${status}' },
        },
      },
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 6, written: 2, dirty: 4 } });
    const messages = await readTopic(stack, topic);
    expect(messages.map(({ tag }) => tag).sort()).toEqual(['order-open', 'order-paid']);
    const paid = messages.find(({ tag }) => tag === 'order-paid');
    expect(paid?.keys).toEqual(['eu/1%20', paid?.id]);
    expect(paid?.properties).toMatchObject({ region: 'eu-north east', origin: 'file', both: '1/paid' });
    const open = messages.find(({ tag }) => tag === 'order-open');
    expect(open?.keys[0]).toBe('eu/4%20');
    expect(open?.properties).not.toHaveProperty('region');
  });

  it('of more than 16 KiB together are found before they are sent', async () => {
    const { report } = await migrate(`id,text\n1,${'x'.repeat(16_500)}\n2,${'x'.repeat(16_200)}\n3,y\n`, {
      sink: { properties: { text: '${text}' } },
    });
    expect(report).toMatchObject({
      state: 'completed',
      retries: 0,
      records: { read: 3, written: 2, dirty: 1 },
    });
  });

  it.each([
    ['tag', { tag: 'x-${statsu}' }],
    ['key', { key: '${statsu}' }],
    ['property', { properties: { a: '${statsu}' } }],
    ['delay', { delay: { field: 'statsu' } }],
  ])('with an unknown field in the %s end the run before anything is sent', async (_, sink) => {
    const { topic, report } = await migrate('id,status\n1,x\n', { sink });
    expect(report).toMatchObject({ state: 'failed', error: { code: 'unknown_field', fault: 'user' } });
    expect(`${report.error?.message} ${report.error?.mend}`).toMatch(/statsu.*status/);
    expect(await countTopic(stack, topic)).toBe(0);
  });
});

describe('records that share messages', () => {
  const rows = Array.from({ length: 100 }, (_, n) => (n === 33 ? 'x,dirty' : `${n},"a ""b"", ${n}"`));

  async function pack(sink: Partial<JobInput['sink']>) {
    const { topic, report } = await migrate(`id,text\n${rows.join('\n')}\n`, {
      columns: { id: 'integer' },
      sink: { recordsPerMessage: 8, tag: 'packed', ...sink },
    });
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 100, written: 99, dirty: 1 },
      messages: 13,
    });
    const messages = await readTopic(stack, topic);
    expect(messages).toHaveLength(13);
    const ids = messages.map(({ properties }) => properties[RECORD_IDS_PROPERTY].split(','));
    expect(new Set(ids.flat()).size).toBe(99);
    for (const [index, { id, keys, tag }] of messages.entries()) {
      expect(ids[index][0]).toBe(id);
      expect(keys).toEqual([id]);
      expect(tag).toBe('packed');
    }
    return { ids, bodies: messages.map(({ body }) => body.toString()) };
  }

  const all = Array.from({ length: 100 }, (_, n) => n).filter((n) => n !== 33);

  it('as JSON arrays, a dirty record between them left out', async () => {
    const { ids, bodies } = await pack({});
    const records = bodies.map((body) => JSON.parse(body) as { id: number; text: string }[]);
    expect(records.map(({ length }) => length)).toEqual(ids.map(({ length }) => length));
    for (const { id, text } of records.flat()) expect(text).toBe(`a "b", ${id}`);
    expect(records.flatMap((packed) => packed.map(({ id }) => id)).sort((a, b) => a - b)).toEqual(all);
  });

  it('as lines of CSV with one header', async () => {
    const { ids, bodies } = await pack({
      format: 'csv',
      csv: { header: true, delimiter: ';', quoting: 'all' },
    });
    const records = bodies.map((body) => parse(body, { delimiter: ';', columns: true }) as { id: string }[]);
    expect(records.map(({ length }) => length)).toEqual(ids.map(({ length }) => length));
    for (const body of bodies) expect(body).toMatch(/^"id";"text"\n"/);
    expect(records.flatMap((packed) => packed.map(({ id }) => Number(id))).sort((a, b) => a - b)).toEqual(
      all,
    );
  });

  it('of more than a message takes close it early', async () => {
    const large = Array.from({ length: 12 }, (_, n) => `${n},${'x'.repeat(1_000_000)}`);
    const { topic, report } = await migrate(`id,text\n${large.join('\n')}\n`, {
      sink: { recordsPerMessage: 50 },
      settings: { batch: { bytes: '3.5 MiB' } },
    });
    expect(report).toMatchObject({ state: 'completed', retries: 0, records: { written: 12 }, messages: 4 });
    const bodies = (await readTopic(stack, topic)).map(({ body }) => JSON.parse(body.toString()));
    expect(
      bodies
        .flat()
        .map(({ id }) => Number(id))
        .sort((a, b) => a - b),
    ).toEqual(large.map((_, n) => n));
  });

  it('in a message that the broker refuses go in smaller ones, and the one it does not take alone is dirty', async () => {
    const content = Array.from({ length: 40 }, (_, n) => `${n},${'x'.repeat(n === 21 ? 300_000 : 20_000)}`);
    await withBroker('maxMessageSize=200000', 'maxMessageSize=4194304', async () => {
      const { topic, report } = await migrate(`id,text\n${content.join('\n')}\n`, {
        sink: { recordsPerMessage: 40 },
        settings: { batch: { bytes: '3.5 MiB' } },
      });
      expect(report).toMatchObject({
        state: 'completed',
        duplicatesAtMost: 0,
        records: { read: 40, written: 39, dirty: 1 },
      });
      const bodies = (await readTopic(stack, topic)).map(({ body }) => JSON.parse(body.toString()));
      expect(bodies).toHaveLength(report.messages);
      const ids = bodies.flat().map(({ id }) => Number(id));
      expect(ids.sort((a, b) => a - b)).toEqual(content.map((_, n) => n).filter((n) => n !== 21));
    });
  });
});

describe('CSV bodies', () => {
  it('have the header, delimiter, quoting and null that the job says', async () => {
    const { topic, report } = await migrate('id,a,b\n1,,"x|y"\n2,"",\\N\n', {
      sink: { format: 'csv', csv: { header: true, delimiter: '|', nullText: '\\N' } },
    });
    expect(report).toMatchObject({ state: 'completed', records: { written: 2 } });
    const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();
    expect(bodies).toEqual(['id|a|b\n1|\\N|"x|y"', 'id|a|b\n2|""|"\\N"']);
  });

  it('without quotes have no place for what needs them', async () => {
    const { topic, report } = await migrate('id,a\n1,x\n2,"x,y"\n3,"a\nb"\n', {
      sink: { format: 'csv', csv: { quoting: 'none' } },
    });
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 1, dirty: 2 } });
    expect((await readTopic(stack, topic)).map(({ body }) => body.toString())).toEqual(['1,x']);
  });
});

const DAY = 86_400;

describe('delayed messages', () => {
  it('are delivered, each in a request of its own', async () => {
    const rows = Array.from({ length: 200 }, (_, n) => `${n}`);
    const { topic, report } = await migrate(`id\n${rows.join('\n')}\n`, {
      sink: { delay: '2s', tag: 'late', properties: { n: '${id}' } },
      type: 'DELAY',
    });
    expect(report).toMatchObject({ state: 'completed', records: { written: 200 }, messages: 200 });
    await until(async () => (await countTopic(stack, topic)) === 200);
    const messages = await readTopic(stack, topic);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(200);
    for (const { tag, body, properties } of messages) {
      expect(tag).toBe('late');
      expect(JSON.parse(body.toString())).toEqual({ id: properties.n });
    }
  });

  it('are not there before their time, when one that was sent after them is', async () => {
    const { topic, report } = await migrate(`id,wait\n1,${DAY}\n2,${DAY}\n3,1\n`, {
      sink: { delay: { field: 'wait', unit: 's' } },
      settings: { batch: { inFlight: 1 } },
      type: 'DELAY',
    });
    expect(report).toMatchObject({ state: 'completed', records: { written: 3, dirty: 0 }, messages: 3 });
    await until(async () => (await countTopic(stack, topic)) > 0);
    const messages = await readTopic(stack, topic);
    expect(messages.map(({ body }) => JSON.parse(body.toString()).id)).toEqual(['3']);
  });

  it('take their delay from a field, null at once; a value that is none makes the record dirty', async () => {
    const { topic, report } = await migrate(`id,wait\n1,2\n2,\n3,0\n4,-1\n5,soon\n6,1.5\n7,${2 * DAY}\n`, {
      sink: { delay: { field: 'wait', unit: 's' } },
      type: 'DELAY',
    });
    // The proxy takes delays up to a day.
    expect(report).toMatchObject({ state: 'completed', retries: 0, records: { written: 3, dirty: 4 } });
    await until(async () => (await countTopic(stack, topic)) === 3);
    const ids = (await readTopic(stack, topic)).map(({ body }) => JSON.parse(body.toString()).id);
    expect(ids.sort()).toEqual(['1', '2', '3']);
  });

  it('are delivered when a timestamp says; at once without one, and when it has passed', async () => {
    const soon = new Date(Date.now() + 3000 + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
    const tooLate = new Date(Date.now() + 40 * DAY * 1000).toISOString();
    const rows = [`1,${soon}`, '2,', '3,1960-01-01T00:00:00Z', `4,${tooLate}`, '5,soon'];
    const { topic, report } = await migrate(`id,due\n${rows.join('\n')}\n`, {
      columns: { due: 'timestamp' },
      sink: { delay: { until: 'due' } },
      type: 'DELAY',
    });
    expect(report).toMatchObject({ state: 'completed', retries: 0, records: { written: 3, dirty: 2 } });
    await until(async () => (await countTopic(stack, topic)) === 3);
    const messages = (await readTopic(stack, topic)).map(({ body }) => JSON.parse(body.toString()));
    expect(messages.map(({ id }) => id).sort()).toEqual(['1', '2', '3']);
    expect(messages.find(({ id }) => id === '1').due).toBe(soon);
  });

  it('beyond the maximum of the broker are dirty', async () => {
    await withBroker('timerMaxDelaySec=3600', 'timerMaxDelaySec=259200', async () => {
      const { topic, report } = await migrate('id,wait\n1,0\n2,2\n', {
        sink: { delay: { field: 'wait', unit: 'h' } },
        type: 'DELAY',
      });
      expect(report).toMatchObject({ state: 'completed', retries: 0, records: { written: 1, dirty: 1 } });
      await until(async () => (await countTopic(stack, topic)) === 1);
    });
  });

  it.each([
    ['with a delay into a topic of type NORMAL', { sink: { delay: '1s' } }, 'DELAY'],
    ['without one into a topic of type DELAY', { type: 'DELAY' }, 'NORMAL'],
  ] as const)('%s end the run before anything is sent', async (_, parts, wanted) => {
    const { topic, report } = await migrate('id\n1\n', parts);
    expect(report).toMatchObject({ state: 'failed', error: { code: 'topic_type', fault: 'user' } });
    expect(report.error?.mend).toContain(`+message.type=${wanted}`);
    expect(await countTopic(stack, topic)).toBe(0);
  });
});
