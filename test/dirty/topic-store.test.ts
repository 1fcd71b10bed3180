import { describe, expect, it } from 'vitest';
import type { DirtyRecord } from '../../src/dirty/record.js';
import { entryMessage, keptEntry, type TopicMessage } from '../../src/dirty/topic/message.js';
import { entriesOfRun } from '../../src/dirty/topic/reader.js';
import { type EntrySender, TopicStore } from '../../src/dirty/topic/store.js';
import { worldFault } from '../../src/job/fault.js';
import type { Message } from '../../src/job/message.js';

const RUN = 'a job/00000000-0000-0000-0000-000000000000';

const record = (id: string): DirtyRecord => ({
  id,
  input: 'x.csv',
  place: `x.csv byte ${id}`,
  position: 0,
  partition: 0,
  stage: 'convert',
  code: 'not_integer',
  message: 'message',
  raw: Buffer.from(id),
  bytes: id.length,
});

const open = (sender: EntrySender, from = { entries: 0, length: 0 }) =>
  new TopicStore({
    topic: 'd',
    sender,
    from,
    rawBytes: 1000,
    context: { run: RUN, source: { spec: 'spec' }, encoding: 'utf-8' },
    columns: ['a'],
  });

/** The message as a broker would hold it. */
const stored = ({ body, properties = [] }: Message): TopicMessage => ({
  body: Buffer.from(body),
  properties: Object.fromEntries(properties),
});

async function* all<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

describe('TopicStore', () => {
  it('is flushed when all that was appended before is acknowledged, and sends each entry once', async () => {
    const sent: Message[] = [];
    const acknowledge: (() => void)[] = [];
    const store = open({
      send: (messages) =>
        new Promise((resolve) => {
          acknowledge.push(() => {
            sent.push(...messages);
            resolve();
          });
        }),
      close: async () => {},
    });
    store.append([record('1'), record('2')]);
    const first = store.flush();
    store.append([record('3')]);
    let isFlushed = false;
    const second = store.flush().then(() => {
      isFlushed = true;
    });
    acknowledge[0]();
    await first;
    expect(isFlushed).toBe(false);
    expect(store.pendingBytes).toBeGreaterThan(0);
    acknowledge[1]();
    await second;
    expect(store.pendingBytes).toBe(0);
    expect(acknowledge).toHaveLength(2);
    expect(sent.map(({ id }) => id)).toEqual(['1', '2', '3']);
    const bytes = sent.reduce((sum, { body }) => sum + body.length, 0);
    expect(store.length).toEqual({ entries: 3, length: bytes });
  });

  it('counts on from what an attempt before has kept', async () => {
    const store = open({ send: async () => {}, close: async () => {} }, { entries: 7, length: 700 });
    expect([store.length, store.pendingBytes]).toEqual([{ entries: 7, length: 700 }, 0]);
    store.append([record('8')]);
    await store.flush();
    expect(store.length.entries).toBe(8);
    expect(store.length.length).toBeGreaterThan(700);
  });

  it('fails from the first failure on', async () => {
    let requests = 0;
    const store = open({
      async send() {
        requests++;
        throw worldFault('rocketmq_unreachable', 'RocketMQ can not be reached', 'Mend sink.topic.');
      },
      close: async () => {},
    });
    store.append([record('1')]);
    const failed = {
      code: 'dirty_store_failed',
      fault: 'world',
      message: 'Dirty records can not be kept in topic d: RocketMQ can not be reached.',
      mend: expect.stringMatching(/^Mend dirty\.topic\. .*rocketlift retry/),
    };
    await expect(store.flush()).rejects.toMatchObject(failed);
    store.append([record('2')]);
    await expect(store.flush()).rejects.toMatchObject(failed);
    expect(requests).toBe(1);
  });
});

describe('entries in a topic', () => {
  const entry = { id: 'i', run: RUN, input: 'x.csv', raw: 'x' } as never;

  it('are read as they were written, without what only a topic needs', () => {
    expect(keptEntry(stored(entryMessage(entry, ['a', 'b'])), RUN)).toEqual({ entry, columns: ['a', 'b'] });
    expect(keptEntry(stored(entryMessage(entry, undefined)), RUN)).toEqual({ entry });
  });

  it('have keys and properties without white space, whatever ids are', () => {
    const { id, key, properties } = entryMessage({ ...(entry as object), id: 'a\u0001 b' } as never, []);
    expect([id, key, properties]).toEqual([
      'a%01%20b',
      RUN.replace(' ', '%20'),
      [['rocketliftRun', RUN.replace(' ', '%20')]],
    ]);
  });

  it('are those of the run, each once, the first one', async () => {
    const again = { ...(entry as object), raw: 'later' } as never;
    const other = { ...(entry as object), id: 'j', run: `${RUN.slice(0, -1)}1` } as never;
    const next = { ...(entry as object), id: 'k' } as never;
    const messages = [entry, again, other, next].map((one) => stored(entryMessage(one, undefined)));
    const foreign = { body: Buffer.from('{'), properties: {} };
    const found = [];
    for await (const kept of entriesOfRun(all([foreign, ...messages]), RUN)) found.push(kept.entry);
    expect(found).toEqual([entry, next]);
  });

  it('are not taken from somebody else who says that they are', () => {
    const { properties } = stored(entryMessage(entry, undefined));
    const bodies = [
      Buffer.from('{"id":1}'),
      Buffer.from('{"id":"i","input":"x.csv","raw":"\xe9"}', 'latin1'),
    ];
    for (const body of bodies) {
      expect(() => keptEntry({ body, properties }, RUN)).toThrow(
        expect.objectContaining({ code: 'dirty_entry', fault: 'user' }),
      );
    }
  });
});
