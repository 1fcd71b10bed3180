import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL, encode, MULTI_BYTE, SINGLE_BYTE, STREAMED, textIn } from './alphabets.js';
import {
  expectResumable,
  faultOf,
  open,
  outcome,
  PROPERTY,
  partitionsOf,
  type ReadRecord,
  readAll,
  readJson,
  useFolder,
} from './reading.js';

const folder = useFolder();
const sizes = fc.record({
  partitionSize: fc.integer({ min: 1, max: 200 }),
  blockSize: fc.integer({ min: 1, max: 60 }),
});

const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;

describe.each(ALL)('%s', (encoding) => {
  const text = textIn(encoding);
  const rows = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 12 });
  const file = (ending: string, content: string) => folder.newFile(ending, encode(content, encoding));
  const numRuns = MULTI_BYTE.includes(encoding) || STREAMED.includes(encoding) ? 60 : 15;

  test('CSV in any sizes gives the values that were written', PROPERTY, async () => {
    const delimiter = fc.constantFrom(',', ';', '\t', '|');
    await fc.assert(
      fc.asyncProperty(rows, delimiter, sizes, async (values, mark, any) => {
        const lines = [['x', 'y'], ...values].map((row) => `${row.map(quoted).join(mark)}\n`);
        const path = file('.csv', lines.join(''));
        const records = await readAll(open({ type: 'csv', path, encoding, delimiter: mark }, any));
        expect(records.map((record) => record.values)).toEqual(values);
      }),
      { numRuns },
    );
  });

  test('JSON and NDJSON in any sizes give the objects that were written', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(rows, sizes, async (values, any) => {
        const objects = values.map(([x, y]) => JSON.stringify({ [`k${x}`]: y }));
        const inLines = { type: 'ndjson', path: file('.ndjson', objects.join('\n')), encoding };
        expect(await readJson(open(inLines, any))).toEqual(objects);
        const inArray = { type: 'json', path: file('.json', `[${objects.join(' , ')}]`), encoding };
        expect(await readJson(open(inArray, any))).toEqual(objects);
      }),
      { numRuns },
    );
  });

  test('is read on after any record', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(rows, sizes, fc.constantFrom('csv', 'json'), async (values, any, type) => {
        const lines = [['x', 'y'], ...values].map((row) => `${row.map(quoted).join(',')}\n`);
        const objects = values.map(([x, y]) => JSON.stringify({ [`k${x}`]: y }));
        const path = file(`.${type}`, type === 'csv' ? lines.join('') : `[${objects.join(',')}]`);
        const source = open({ type, path, encoding }, any);
        for (const partition of (await partitionsOf(source)).partitions)
          await expectResumable(source, partition);
      }),
      { numRuns: Math.ceil(numRuns / 5) },
    );
  });
});

const dirtyOnly = (records: readonly ReadRecord[]) =>
  records.every(
    ({ values, fault }) => fault !== undefined || !values?.some((value) => value?.includes('\ufffd')),
  );

describe.each([...SINGLE_BYTE.slice(5, 8), ...MULTI_BYTE, ...STREAMED])('any bytes as %s', (encoding) => {
  const bytes = fc.array(
    fc.oneof(
      fc.constantFrom(0x0a, 0x22, 0x2c, 0x5c, 0x7c, 0x1b, 0x24, 0x42, 0x28, 0x30, 0x41),
      fc.integer({ min: 0x80, max: 0xff }),
      fc.constantFrom(0xd8, 0xdc, 0x00, 0x81, 0x8f, 0xff),
    ),
    { maxLength: 80 },
  );

  test('give the same in any sizes, and no replacement characters', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(bytes, sizes, async (any, some) => {
        // Behind a first line, so that they are no mark of another encoding.
        const content = Buffer.concat([encode('x,y\n1,2\n', encoding), Buffer.from(any)]);
        const path = folder.newFile('.csv', content);
        const whole = await readAll(open({ type: 'csv', path, encoding }));
        expect(await readAll(open({ type: 'csv', path, encoding }, some))).toEqual(whole);
        if (encoding !== 'gb18030' && encoding !== 'gbk' && !encoding.startsWith('utf-16'))
          expect(dirtyOnly(whole)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a record stands', () => {
  const text = '\ufeffa,b\n1,\u4e2d\n2,\u6587"\n';
  const read = async (path: string, fields: Record<string, unknown>) =>
    (await readAll(open({ type: 'csv', path, ...fields }))).map(({ place, id, raw, fault }) => ({
      at: [Number(place.split(' byte ')[1]), Number(id.split('-').at(-1))],
      raw: Buffer.from(raw, 'latin1'),
      fault,
    }));
  const expected = (bytes: Buffer, lines: Buffer[]) =>
    lines.map((raw, i) => {
      const at = bytes.indexOf(raw);
      return { at: [at, at], raw, fault: i === 1 ? 'stray_quote' : undefined };
    });

  test.each(['utf-16le', 'utf-16be'])('in the UTF-8 text of a file in %s, mark and all', async (encoding) => {
    const utf16 = Buffer.from(text, 'utf16le');
    const path = folder.newFile('.csv', encoding === 'utf-16le' ? utf16 : utf16.swap16());
    const lines = ['1,\u4e2d', '2,\u6587"'].map((line) => Buffer.from(line));
    expect(await read(path, { encoding })).toEqual(expected(Buffer.from(text), lines));
  });

  test('in the bytes of a file that is taken apart as it is, in the text of one that is not', async () => {
    const content = encode(text.slice(1), 'gbk');
    const path = folder.newFile('.csv', content);
    const lines = ['1,\u4e2d', '2,\u6587"'];
    const own = lines.map((line) => encode(line, 'gbk'));
    expect(await read(path, { encoding: 'gbk' })).toEqual(expected(content, own));
    const piped = text.slice(1).replaceAll(',', '|');
    const other = folder.newFile('.csv', encode(piped, 'gbk'));
    const decoded = lines.map((line) => Buffer.from(line.replace(',', '|')));
    expect(await read(other, { encoding: 'gbk', delimiter: '|' })).toEqual(
      expected(Buffer.from(piped), decoded),
    );
  });

  test('with 0xFF for what can not be decoded', async () => {
    const path = folder.newFile('.csv', Buffer.from('a,b\n1,\ud800\u4e2d\n2,x\n', 'utf16le'));
    const [broken, next] = await read(path, { encoding: 'utf-16le' });
    const raw = Buffer.concat([Buffer.from('1,'), Buffer.from([0xff]), Buffer.from('\u4e2d')]);
    expect(broken).toEqual({ at: [4, 4], raw, fault: 'undecodable' });
    expect(next.at).toEqual([4 + raw.length + 1, 4 + raw.length + 1]);
  });
});

test.each(MULTI_BYTE)('a broken line of %s costs itself alone', PROPERTY, async (encoding) => {
  const line = textIn(encoding).filter((value) => !/[\r\n",]/.test(value));
  const broken = fc.array(fc.integer({ min: 0x80, max: 0xff }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 2 }), broken, sizes, async (values, some, any) => {
      const lines = values.map((value) => encode(`1,${value}\n`, encoding));
      const content = [encode('x,y\n', encoding), ...lines, Buffer.from([...some, 0x0a]), ...lines];
      const path = folder.newFile('.csv', Buffer.concat(content));
      const records = await readAll(open({ type: 'csv', path, encoding }, any));
      const good = values.map((value) => ['1', value]);
      expect(records).toHaveLength(2 * values.length + 1);
      expect(records[values.length].fault).toMatch(/undecodable|too_few_fields/);
      expect(records.filter((_, i) => i !== values.length).map((record) => record.values)).toEqual([
        ...good,
        ...good,
      ]);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['gbk', [0xc4], 'a lead byte before the delimiter'],
  ['gb18030', [0x81, 0x30, 0x81], 'three bytes of four'],
  ['gb18030', [0xff], 'a byte that is never used'],
  ['big5', [0x88, 0x62], 'a character of Hong Kong, which TextDecoder does not know'],
  ['shift_jis', [0x85, 0x40], 'a pair that stands for nothing'],
  ['euc-jp', [0x8f, 0xa1], 'two bytes of three'],
  ['euc-kr', [0xc9, 0xa1], 'a character of the user'],
  ['iso-8859-6', [0xa1], 'a byte without a character'],
  ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x30], 'half a character'],
  ['utf-16le', [0x00, 0xd8], 'half a pair of surrogates'],
] as const)('in %s, %j (%s) makes its record dirty and no other', async (encoding, some, _what) => {
  const content = [encode('x,y\na,', encoding), Buffer.from(some), encode(',b\nc,"d"\n', encoding)];
  const path = folder.newFile('.csv', Buffer.concat(content));
  const records = await readAll(open({ type: 'csv', path, encoding }));
  expect(records.map(outcome)).toEqual(['undecodable', ['c', 'd']]);
  const named = await readAll(open({ type: 'csv', path, encoding, delimiter: '"', quote: "'" }));
  expect(named[0].fault).toBe('undecodable');
});

test('the message names the encoding, not the text', async () => {
  const path = folder.newFile('.ndjson', Buffer.from('{"a":"secret\xff"}\n', 'latin1'));
  const source = open({ type: 'ndjson', path, encoding: 'GB2312' });
  const [partition] = (await partitionsOf(source)).partitions;
  for await (const batch of source.read(partition, 0, new AbortController().signal)) {
    expect(batch.fault(0)).toEqual({
      code: 'undecodable',
      message:
        'the record is not valid gbk: some of its bytes stand for no character. If the file is in another encoding, set source.encoding',
    });
  }
});

test('a header that can not be decoded is the fault of the user', async () => {
  const path = folder.newFile('.csv', Buffer.from('a,\xff\n1,2\n', 'latin1'));
  const fault = await faultOf(() => open({ type: 'csv', path, encoding: 'gbk' }).describe());
  expect(fault).toMatchObject({ code: 'header_unreadable', fault: 'user' });
  expect(fault.message).toContain('gbk');
});

describe('byte order marks', () => {
  const mark = (encoding: string) =>
    encoding === 'gb18030' || encoding === 'gbk'
      ? Buffer.from([0x84, 0x31, 0x95, 0x33])
      : encode('\ufeff', encoding);

  test.each(['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'gbk'])('of %s are skipped', async (encoding) => {
    const csv = folder.newFile('.csv', Buffer.concat([mark(encoding), encode('a\n1\n', encoding)]));
    expect((await open({ type: 'csv', path: csv, encoding }).describe()).columns).toEqual(['a']);
    const array = folder.newFile('.json', Buffer.concat([mark(encoding), encode('[{"a":1}]', encoding)]));
    expect(await readJson(open({ type: 'json', path: array, encoding }))).toEqual(['{"a":1}']);
  });

  test.each([
    ['utf-16le', 'utf-8'],
    ['utf-16be', 'utf-8'],
    ['utf-16be', 'utf-16'],
    ['utf-16le', 'utf-16be'],
    ['utf-8', 'utf-16le'],
    ['utf-8', 'gbk'],
    ['utf-16le', 'windows-1252'],
    ['gb18030', 'utf-8'],
  ])('of %s are refused where %s is declared', async (encoding, declared) => {
    const path = folder.newFile('.csv', Buffer.concat([mark(encoding), encode('a\n1\n', encoding)]));
    const fault = await faultOf(() => open({ type: 'csv', path, encoding: declared }).describe());
    expect(fault).toMatchObject({ code: 'wrong_encoding', fault: 'user' });
    expect(fault.mend).toContain(`Set source.encoding to ${encoding}`);
  });

  test('of UTF-32 are refused', async () => {
    const path = folder.newFile('.csv', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]));
    for (const encoding of ['utf-8', 'utf-16le'])
      expect(await faultOf(() => open({ type: 'csv', path, encoding }).describe())).toMatchObject({
        code: 'unsupported_encoding',
      });
  });
});

test('a file that is decoded first is one partition, and one that is not is split', async () => {
  const rows = 'x\n'.repeat(100);
  for (const [encoding, count] of [
    ['gbk', 100],
    ['utf-16le', 1],
  ] as const) {
    const path = folder.newFile('.csv', encode(rows, encoding));
    const { partitions } = await partitionsOf(open({ type: 'csv', path, encoding }, { partitionSize: 1 }));
    expect(partitions).toHaveLength(count === 1 ? 1 : 99);
  }
});
