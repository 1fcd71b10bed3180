import { createHash } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { problemsOf } from '../job/problems-of.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');

const sorted = async (topic: string) =>
  (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Runs a job over a file of `at,detail,card,amount`; the times are those of a clock in Berlin. */
async function migrate(rows: readonly string[], transform: object[], type: 'csv' | 'ndjson' = 'csv') {
  const topic = await bench.topic();
  const header = type === 'csv' ? ['at,detail,card,amount'] : [];
  const path = await bench.file(`${topic}.${type}`, `${[...header, ...rows].join('\n')}\n`);
  const columns = {
    at: { type: 'timestamp' as const, format: 'dd.MM.yyyy HH:mm:ss.SSSSSS', timezone: 'Europe/Berlin' },
    detail: 'json' as const,
    card: { type: 'string' as const },
    amount: 'decimal' as const,
  };
  const source = type === 'csv' ? { type, path, columns, nullText: '' } : { type, path, columns };
  const job = bench.job({
    source,
    sink: { topic, keyFields: ['id'] },
    transform: [{ rename: { card: 'id' } }, ...transform],
  });
  return { topic, report: await bench.run(job) };
}

const FILTER = {
  filter: 'amount > 5.0 && detail.items.exists(item, item.n > 1) && at < timestamp("2026-12-01T00:00:00Z")',
};
const MASK = { mask: { id: { keepLast: 4 }, amount: 'hash' as const } };

describe('timestamps, JSON, a filter and masks together', () => {
  it('move what passes, from CSV, and count the rest', async () => {
    const { topic, report } = await migrate(
      [
        '02.07.2026 03:04:05.123450,"{""items"": [{""n"":12345678901234567890}]} ",4000123412341234,9.50',
        '25.10.2026 02:30:00.000000,"{""items"":[{""n"":2}]}",4000123412345678,10',
        '02.07.2026 03:04:05.000000,"{""items"":[{""n"":2}]}",4000123412340000,5.00',
        '02.07.2026 03:04:05.000000,"{""items"":[]}",4000123412340001,6.00',
        '02.12.2026 03:04:05.000000,"{""items"":[{""n"":2}]}",4000123412340002,6.00',
        // Dirty: a format, a time that clocks skip, JSON, and a comparison with null.
        '2026-07-02 03:04:05,"{""items"":[{""n"":2}]}",4000123412340003,6.00',
        '29.03.2026 02:30:00.000000,"{""items"":[{""n"":2}]}",4000123412340004,6.00',
        '02.07.2026 03:04:05.000000,"{""items"":[{""n"":2}]",4000123412340005,6.00',
        '02.07.2026 03:04:05.000000,"{""items"":[{""n"":2}]}",4000123412340006,',
      ],
      [FILTER, MASK],
    );
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 9, written: 2, dirty: 4, filtered: 3 },
      messages: 2,
      warnings: [],
      inputs: [{ read: 9, written: 2, dirty: 4, filtered: 3 }],
    });
    expect(await sorted(topic)).toEqual([
      `{"at":"2026-07-02T03:04:05.123450+02:00","detail":{"items": [{"n":12345678901234567890}]},"id":"************1234","amount":"${sha256('9.50')}"}`,
      `{"at":"2026-10-25T02:30:00.000000+02:00","detail":{"items":[{"n":2}]},"id":"************5678","amount":"${sha256('10')}"}`,
    ]);
    const messages = await readTopic(stack, topic);
    expect(messages.map(({ keys }) => keys[0]).sort()).toEqual(['************1234', '************5678']);
  });

  it('move what passes, from NDJSON, and count the rest', async () => {
    const at = '"at":"02.07.2026 03:04:05.123450"';
    const detail = '"detail":{ "items":[{"n":2.5}] }';
    const { topic, report } = await migrate(
      [
        `{ ${at}, ${detail}, "card":"4000123412341234", "amount":9.50 }`,
        `{ ${at}, ${detail}, "card":"4000123412341235", "amount":4 }`,
        `{ "at":"29.03.2026 02:30:00.000000", ${detail}, "card":"4000123412341236", "amount":9 }`,
        `{ ${at}, ${detail}, "card":"4000123412341237" }`,
      ],
      [FILTER, MASK],
      'ndjson',
    );
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 4, written: 1, dirty: 2, filtered: 1 },
    });
    expect(await sorted(topic)).toEqual([
      `{"at":"2026-07-02T03:04:05.123450+02:00","detail":{ "items":[{"n":2.5}] },"id":"************1234","amount":"${sha256('9.50')}"}`,
    ]);
  });

  it('leave nothing, where the filter says so, and say that', async () => {
    const rows = Array.from({ length: 6000 }, (_, n) => `02.07.2026 03:04:05.000000,${n},x${n},${n}`);
    const { topic, report } = await migrate(rows, [{ filter: 'amount < 0.0' }]);
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 6000, written: 0, dirty: 0, filtered: 6000 },
      messages: 0,
      warnings: ['The filter left out every record that was read.'],
    });
    expect(await countTopic(stack, topic)).toBe(0);
  });

  it('warn otherwise where not one record could be written', async () => {
    const row = '02.07.2026 03:04:05.000000,1,x,1';
    const { report } = await migrate([row, row.replace('02', 'PRIVATE')], [{ filter: 'amount < 0.0' }]);
    expect(report).toMatchObject({
      records: { read: 2, written: 0, dirty: 1, filtered: 1 },
      warnings: ['Not one record that was read could be written.'],
    });
  });
});

describe('a filter that can not be used ends the run before anything is sent', () => {
  const row = '02.07.2026 03:04:05.000000,1,x,1';

  it.each([
    ['names a field that is not there', 'card == "x"', 'unknown_field', /"card".*at, detail, id, amount/],
    ['mixes types', 'amount == "x"', 'bad_filter', /double == string/],
  ])('it %s', async (_, filter, code, text) => {
    const { topic, report } = await migrate([row], [{ filter }]);
    expect(report).toMatchObject({ state: 'failed', error: { code, fault: 'user' }, records: { read: 0 } });
    expect(`${report.error?.message} ${report.error?.mend}`).toMatch(text);
    expect(await countTopic(stack, topic)).toBe(0);
  });

  it('it is not even written right: the job file is refused, with the place', () => {
    const job = () =>
      bench.job({
        source: { type: 'csv', path: 'x' },
        sink: { topic: 't' },
        transform: [{ filter: 'amount >' }],
      });
    expect(problemsOf(job)).toMatchObject([{ path: 'transform[0].filter', line: 1 }]);
  });
});
