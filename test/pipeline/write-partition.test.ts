import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirtyRecord } from '../../src/dirty/store.js';
import { NOTHING, type Watermark } from '../../src/job/report.js';
import { PartitionWriter, type WriteOptions } from '../../src/pipeline/write-partition.js';
import { createConverter } from '../../src/records/converter.js';
import { packing } from '../../src/records/message/packing.js';
import { SinkFault } from '../../src/rocketmq/faults.js';
import type { EncodedMessage } from '../../src/rocketmq/producer.js';
import type { Partition, Source } from '../../src/sources/source.js';
import { jobOf } from '../records/support.js';
import { idsOf, numberedBatch, plain, plainProducer } from './support.js';

const PARTITION: Partition = { index: 0, input: 'x', label: 'x', sourceBytes: 0, start: 0, spec: undefined };
const START: Watermark = { ...NOTHING, position: 0, done: false };

const refusal = new SinkFault('message_refused', 'record', 'no', 'message', 'mend');

/** Records by number, handed out in batches of ten. */
function sourceOf(bodies: readonly string[]): Source {
  const unused = () => {
    throw new Error('not asked for in these tests');
  };
  return {
    describe: unused,
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
  readonly perMessage: number | undefined;
}

/** A partition, a broker that keeps what it took, and a way to write from a watermark on. */
function world({ count, unusable, refused, perMessage }: Case) {
  const bodies = Array.from({ length: count }, (_, n) => (unusable.includes(n) ? `{"n":"x"}` : `{"n":${n}}`));
  const stored: string[][] = [];
  const dirty: DirtyRecord[] = [];
  const splits = { count: 0 };
  const job = jobOf({
    source: { type: 'ndjson', path: '/x', columns: { n: 'integer' } },
    sink: perMessage === undefined ? {} : { recordsPerMessage: perMessage },
  });
  const bad = new Set(refused.map((n) => `id-${n}`));
  const take = async (messages: readonly EncodedMessage[]) => {
    const packs = messages.map((message) => idsOf(plain(message)));
    if (packs.flat().some((id) => bad.has(id))) throw refusal;
    for (const [at, { bytes }] of messages.entries()) {
      const ns: { n: number }[] = [JSON.parse(Buffer.from(bytes).toString())].flat();
      expect(ns.map(({ n }) => `id-${n}`)).toEqual(packs[at]);
    }
    stored.push(...packs);
    return [];
  };
  const write = (from: Watermark, over: Partial<WriteOptions> = {}) =>
    new PartitionWriter({
      partition: PARTITION,
      source: sourceOf(bodies),
      convert: createConverter(job, undefined),
      packing: packing(job, undefined),
      producer: plainProducer({ send: take }),
      dirty: { add: (record) => dirty.push(record), settle: async () => {} },
      settings: { ...job.settings, batch: { records: 5, bytes: 400, inFlight: 3 } },
      from,
      elsewhere: { read: 0, dirty: 0 },
      stop: new AbortController().signal,
      onTrouble: () => {},
      permit: async () => true,
      permitSplit: async () => {
        splits.count++;
        return true;
      },
      ...over,
    });
  return { write, stored, dirty, splits };
}

const cases = fc.integer({ min: 1, max: 120 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    unusable: fc.uniqueArray(fc.nat(count - 1), { maxLength: 10 }),
    refused: fc.uniqueArray(fc.nat(count - 1), { maxLength: 6 }),
    perMessage: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  }),
);

const good = ({ count, unusable, refused }: Case) =>
  Array.from({ length: count }, (_, n) => n)
    .filter((n) => !unusable.includes(n) && !refused.includes(n))
    .map((n) => `id-${n}`)
    .sort();

describe('PartitionWriter', () => {
  it('writes every record once, but those that can not be written, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { write, stored, dirty } = world(given);
        const writer = write(START);
        const end = await writer.run();
        const lost = new Set([...given.unusable, ...given.refused]);
        expect(stored.flat().sort()).toEqual(good(given));
        expect(end).toMatchObject({
          done: true,
          position: given.count,
          messages: stored.length,
          duplicatesAtMost: 0,
          records: { read: given.count, written: given.count - lost.size, dirty: lost.size, filtered: 0 },
        });
        expect(dirty.map(({ id }) => id).sort()).toEqual([...lost].map((n) => `id-${n}`).sort());
        const bytes = stored.reduce(
          (sum, ids) => sum + `[${ids.map((id) => `{"n":${id.slice(3)}}`).join(',')}]`.length,
          0,
        );
        if (given.perMessage !== undefined) expect(end.bytes).toBe(bytes);
      }),
    );
  }, 30_000);

  it('asks before each split, and counts what it sends for it', async () => {
    const { write, stored, splits } = world({ count: 8, unusable: [], refused: [5], perMessage: 8 });
    const writer = write(START);
    expect(await writer.run()).toMatchObject({ messages: 3, records: { written: 7, dirty: 1 } });
    expect(stored.map(({ length }) => length).sort()).toEqual([1, 2, 4]);
    expect(splits.count).toBe(3);
    // One message was let through at first, and one more for each split.
    expect(writer.covered()).toBe(4);
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
          permitSplit: oneLess,
        }).run();
        expect(between.records.read).toBe(Number(between.position));
        const end = between.done ? between : await write(between).run();
        expect(end).toMatchObject({ done: true, position: given.count });
        expect(end.records.read).toBe(given.count);
        expect([...new Set(stored.flat())].sort()).toEqual(good(given));
        const repeated = stored.length - end.messages;
        expect(repeated).toBeLessThanOrEqual(end.duplicatesAtMost);
      }),
    );
  }, 30_000);
});
