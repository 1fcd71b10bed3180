import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING, type Watermark } from '../../src/job/report.js';
import { Pacer } from '../../src/pipeline/pacer.js';
import { Recorder } from '../../src/pipeline/recorder.js';
import type { WriteOptions } from '../../src/pipeline/write-options.js';
import { PartitionWriter } from '../../src/pipeline/write-partition.js';
import { createConverter } from '../../src/records/converter.js';
import { packing } from '../../src/records/message/packing.js';
import { SinkFault } from '../../src/rocketmq/faults.js';
import type { EncodedMessage } from '../../src/rocketmq/producer.js';
import type { Partition, Source } from '../../src/sources/source.js';
import { jobOf } from '../records/support.js';
import { idsOf, memoryStore, numberedBatch, plain, plainProducer } from './support.js';

const PARTITION: Partition = { index: 0, input: 'x', label: 'x', sourceBytes: 0, start: 0, spec: undefined };
const START: Watermark = { ...NOTHING, position: 0, done: false };

const refusal = new SinkFault('message_refused', 'record', 'no', 'message', 'mend');
const noAnswer = new SinkFault('rocketmq_timeout', 'world', 'maybe', 'message', 'mend');

const SETTINGS = { ...jobOf({}).settings, batch: { records: 5, bytes: 400, inFlight: 3 } };

/** Records by number, handed out in batches of ten. */
function sourceOf(bodies: readonly string[]): Source {
  const unused = () => {
    throw new Error('not asked for in these tests');
  };
  return {
    describe: unused,
    rawEncoding: 'utf-8',
    partition: unused,
    sourceBytesBefore: () => 0,
    verify: async () => {},
    async *read(_, position) {
      for (let at = Number(position); at < bodies.length; at += 10) {
        yield numberedBatch(at, bodies.slice(at, at + 10));
      }
    },
  };
}

interface Case {
  readonly count: number;
  /** Records that become dirty before they are sent, and those that the broker refuses. */
  readonly unusable: readonly number[];
  readonly refused: readonly number[];
  /** Records that the job filters out. */
  readonly filtered: readonly number[];
  /** Records whose message, one of several in a request, is stored once without an answer. */
  readonly unanswered: readonly number[];
  readonly perMessage: number | undefined;
}

/** A partition, a broker that keeps what it took, and a way to write from a watermark on. */
function world({ count, unusable, refused, filtered, unanswered, perMessage }: Case) {
  const bodies = Array.from({ length: count }, (_, n) => (unusable.includes(n) ? `{"n":"x"}` : `{"n":${n}}`));
  const stored: string[][] = [];
  const store = memoryStore();
  const splits: number[] = [];
  const job = jobOf({
    source: { type: 'ndjson', path: '/x', columns: { n: 'integer' } },
    sink: perMessage === undefined ? {} : { recordsPerMessage: perMessage },
    transform: [{ filter: `!(n in [${filtered.join(', ')}])` }],
  });
  const bad = new Set(refused.map((n) => `id-${n}`));
  const silent = new Set(unanswered.map((n) => `id-${n}`));
  const lost = { count: 0 };
  const take = async (messages: readonly EncodedMessage[]) => {
    const packs = messages.map((message) => idsOf(plain(message)));
    if (packs.flat().some((id) => bad.has(id))) throw refusal;
    for (const [at, { bytes }] of messages.entries()) {
      const ns: { n: number }[] = [JSON.parse(Buffer.from(bytes).toString())].flat();
      expect(ns.map(({ n }) => `id-${n}`)).toEqual(packs[at]);
    }
    stored.push(...packs);
    const refusals = packs.flatMap((ids, index) =>
      packs.length > 1 && ids.filter((id) => silent.delete(id)).length > 0
        ? [{ index, fault: noAnswer }]
        : [],
    );
    lost.count += refusals.length;
    return { refusals, storedOnly: 0 };
  };
  const write = (from: Watermark, over: Partial<WriteOptions> = {}) =>
    new PartitionWriter({
      partition: PARTITION,
      source: sourceOf(bodies),
      convert: createConverter(job, undefined),
      packing: packing(job, undefined),
      producer: plainProducer({ send: take }),
      dirty: store,
      dirtyMode: 'keep',
      limit: SETTINGS.errorLimit,
      pacer: new Pacer(),
      settings: SETTINGS,
      from,
      elsewhere: { read: 0, dirty: 0 },
      stop: new AbortController().signal,
      onTrouble: () => {},
      permit: async () => true,
      fresh: async () => true,
      permitSplits: async (messages) => {
        splits.push(messages);
        return true;
      },
      ...over,
    });
  return { write, take, stored, dirty: store.safe, splits, lost };
}

const cases = fc.integer({ min: 1, max: 120 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    unusable: fc.uniqueArray(fc.nat(count - 1), { maxLength: 10 }),
    refused: fc.uniqueArray(fc.nat(count - 1), { maxLength: 6 }),
    filtered: fc.uniqueArray(fc.nat(count - 1), { maxLength: 20 }),
    unanswered: fc.uniqueArray(fc.nat(count - 1), { maxLength: 5 }),
    perMessage: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  }),
);

const PLAIN: Case = {
  count: 0,
  unusable: [],
  refused: [],
  filtered: [],
  unanswered: [],
  perMessage: undefined,
};

/** Ids in order. */
const ids = (numbers: Iterable<number>) => [...numbers].map((n) => `id-${n}`).sort();

/** What is to become of each record. */
function fates({ count, unusable, refused, filtered }: Case) {
  const out = new Set(filtered.filter((n) => !unusable.includes(n)));
  const bad = new Set([...unusable, ...refused].filter((n) => !out.has(n)));
  const good = Array.from({ length: count }, (_, n) => n).filter((n) => !bad.has(n) && !out.has(n));
  return { out, bad, good };
}

describe('PartitionWriter', () => {
  it('writes every record once, but those that can not be written or are filtered, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { write, stored, dirty, lost } = world(given);
        const end = await write(START).run();
        const { out, bad, good } = fates(given);
        const packs = new Map(stored.map((pack) => [pack.join(), pack]));
        expect([...packs.values()].flat().sort()).toEqual(ids(good));
        expect(end).toMatchObject({
          done: true,
          position: given.count,
          messages: packs.size,
          // Without a crash it is known what stands in the topic twice.
          retries: lost.count,
          duplicatesAtMost: lost.count,
          records: { read: given.count, written: good.length, dirty: bad.size, filtered: out.size },
        });
        expect(stored).toHaveLength(packs.size + lost.count);
        expect(dirty.map(({ id }) => id).sort()).toEqual(ids(bad));
        const bytes = [...packs.values()].reduce(
          (sum, pack) => sum + `[${pack.map((id) => `{"n":${id.slice(3)}}`).join(',')}]`.length,
          0,
        );
        if (given.perMessage !== undefined) expect(end.bytes).toBe(bytes);
      }),
    );
  }, 30_000);

  it('counts all messages of a request without an answer as possible duplicates', async () => {
    const { write, take, stored } = world({ ...PLAIN, count: 12, filtered: [0, 7] });
    let answers = 0;
    const send = async (messages: readonly EncodedMessage[]) => {
      await take(messages);
      if (answers++ === 0) throw noAnswer;
      return { refusals: [], storedOnly: 0 };
    };
    const end = await write(START, { producer: plainProducer({ send }) }).run();
    expect(end).toMatchObject({ messages: 10, retries: 1, duplicatesAtMost: 5, records: { filtered: 2 } });
    expect(stored).toHaveLength(15);
  });

  it('asks once before it splits, for all that may come of it', async () => {
    const { write, stored, splits } = world({ ...PLAIN, count: 8, refused: [5], perMessage: 8 });
    const writer = write(START);
    expect(await writer.run()).toMatchObject({ messages: 3, records: { written: 7, dirty: 1 } });
    expect(stored.map(({ length }) => length).sort()).toEqual([1, 2, 4]);
    expect(splits).toEqual([7]);
    // One message was let through at first, and then as many as there are records.
    expect((await writer.secure()).covered).toBe(8);
  });

  it.each([
    ['cut as before are asked for, and in no doubt any more', undefined, 0],
    ['cut otherwise are not, and what a crash may have repeated stays counted', 30, 20],
  ] as const)('messages of many records that are %s', async (_, rate, duplicatesAtMost) => {
    const { write, take, stored, splits } = world({
      count: 95,
      unusable: [],
      refused: [],
      filtered: [],
      unanswered: [],
      perMessage: 10,
    });
    let now = 0;
    const clock = {
      now: () => now,
      wait: async (ms: number) => {
        now += ms;
        return true;
      },
    };
    let asked = 0;
    const among = async (messages: readonly EncodedMessage[]) => {
      asked += messages.length;
      return new Set<number>();
    };
    const noted: boolean[] = [];
    const from = { ...START, duplicatesAtMost: 20, doubted: 20 };
    const writer = write(from, {
      producer: plainProducer({ send: take, arrivals: { among } }),
      pacer: new Pacer(rate === undefined ? {} : { records: rate }, clock),
      // The heartbeats that are recorded before say so already.
      permitSplits: async (messages) => {
        splits.push(messages);
        noted.push(writer.snapshot().watermark.cutOtherwise ?? false);
        expect(stored).toEqual([]);
        return true;
      },
    });
    const end = await writer.run();
    expect(stored.flat()).toHaveLength(95);
    expect(end).toMatchObject({ done: true, records: { written: 95 }, duplicatesAtMost });
    expect(end.warnings ?? []).toHaveLength(rate === undefined ? 0 : 1);
    expect(asked > 0).toBe(rate === undefined);
    expect(noted).toEqual(rate === undefined ? [] : [true]);
    expect(splits).toEqual(rate === undefined ? [] : [0]);
  });

  it('stopped anywhere, and gone on with from its watermark, loses nothing and repeats no more than it says', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(30), async (given, permits) => {
        const { write, stored } = world(given);
        const stop = new AbortController();
        let left = permits;
        const oneLess = async () => {
          if (left-- <= 0) stop.abort();
          return !stop.signal.aborted;
        };
        const between = await write(START, {
          stop: stop.signal,
          permit: oneLess,
          permitSplits: oneLess,
        }).run();
        expect(between.records.read).toBe(Number(between.position));
        const end = between.done ? between : await write(between).run();
        expect(end).toMatchObject({ done: true, position: given.count });
        expect(end.records.read).toBe(given.count);
        expect([...new Set(stored.flat())].sort()).toEqual(ids(fates(given).good));
        const repeated = stored.length - end.messages;
        expect(repeated).toBeLessThanOrEqual(end.duplicatesAtMost);
      }),
    );
  }, 30_000);

  it('does not wait for a dirty store that is out of order once something else has ended it', async () => {
    const { write } = world({ ...PLAIN, count: 30, unusable: [1], refused: [] });
    const dirty = { ...memoryStore(), flush: () => new Promise<void>(() => {}) };
    const forbidden = new SinkFault('forbidden', 'user', 'no', 'message', 'mend');
    let requests = 0;
    const send = async () => {
      if (++requests > 1) throw forbidden;
      return { refusals: [], storedOnly: 0 };
    };
    const writer = write(START, { dirty, producer: plainProducer({ send }) });
    await expect(writer.run()).rejects.toBe(forbidden);
    const { records, position, duplicatesAtMost } = writer.snapshot().watermark;
    // What had arrived lies behind the last watermark that is safe.
    expect({ records, position, duplicatesAtMost }).toEqual({
      records: START.records,
      position: 0,
      duplicatesAtMost: 5,
    });
  });

  describe('with a window that is full, whose first request fails', () => {
    const WINDOW = 15;

    /** Writes with a real recorder; `head` is what becomes of the first request once the writer waits for a permit. */
    async function writeBehind(head: SinkFault, retryFor: number) {
      const { write, take, stored } = world({ ...PLAIN, count: 100 });
      let writer: PartitionWriter | undefined;
      const recorder = new Recorder({
        record: async () => {},
        secure: () => writer?.secure() ?? expect.fail('nothing is recorded before the writer is there'),
        window: WINDOW,
        intervalMs: 1,
        onTrouble: (error) => expect.fail(String(error)),
      });
      let windowIsFull = () => {};
      const windowFull = new Promise<void>((resolve) => {
        windowIsFull = resolve;
      });
      const underWay = { count: 0 };
      let asked = 0;
      const send = async (messages: readonly EncodedMessage[]) => {
        underWay.count++;
        try {
          if (idsOf(plain(messages[0]))[0] !== 'id-0') return await take(messages);
          await windowFull;
          throw head;
        } finally {
          underWay.count--;
        }
      };
      writer = write(START, {
        settings: { ...SETTINGS, retryFor },
        producer: plainProducer({ send }),
        permit: (messages, stop) => {
          asked += messages;
          if (asked > WINDOW) windowIsFull();
          return recorder.permit(messages, stop);
        },
        permitSplits: (messages, stop) => recorder.permitSplits(messages, stop),
      });
      const error: unknown = await writer.run().then(
        () => expect.fail('it did not fail'),
        (reason) => reason,
      );
      await recorder.stop();
      return { error, stored, underWay, watermark: writer.snapshot().watermark };
    }

    it.each([
      ["by the user's fault", new SinkFault('forbidden', 'user', 'no', 'message', 'mend'), 60_000],
      ["by the world's fault for too long", noAnswer, 200],
    ])('%s, ends with the fault, and sends nothing more', async (_, head, retryFor) => {
      const { error, stored, underWay, watermark } = await writeBehind(head, retryFor);
      expect(error).toMatchObject({ code: head.code, fault: head.fault });
      expect(underWay.count).toBe(0);
      expect(stored).toHaveLength(WINDOW - 5);
      expect(watermark).toMatchObject({ position: 0, done: false, records: { read: 0 } });
      expect(watermark.duplicatesAtMost).toBeGreaterThanOrEqual(stored.length);
    });
  });
});
