import { describe, expect, test } from 'vitest';
import { faultOf, open, partitionsOf, readAll, readPartition, useFolder } from './reading.js';

const folder = useFolder();

async function read(
  type: 'json' | 'ndjson',
  content: string | Uint8Array,
  recordPath?: string | string[],
): Promise<string[]> {
  const path = folder.newFile(`.${type}`, content);
  // In small blocks, so that what is longer than the longest record really comes in pieces.
  const fields = { type, path, maxRecordSize: 1024, ...(recordPath && { recordPath }) };
  const records = await readAll(open(fields, { blockSize: 100 }));
  return records.map(({ raw, fault }) => fault ?? Buffer.from(raw, 'latin1').toString());
}

describe('ndjson', () => {
  test('gives the bytes of each object as they stand', async () => {
    const objects = ['{"id": 9007199254740993123, "n":1.10}', '{"a":"é\\u00e9","a":2}', '{}'];
    expect(await read('ndjson', `\ufeff${objects[0]}\r\n\n  ${objects[1]} \t\n \n${objects[2]}`)).toEqual(
      objects,
    );
  });

  test.each([
    ['a broken line', '{"a":1', 'invalid_json'],
    ['two objects in a line', '{}{}', 'invalid_json'],
    ['another value', '[1]', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['a NUL', '{"a":"\0"}', 'invalid_json'],
    ['a long line', `{"a":"${'x'.repeat(2000)}"}`, 'record_too_long'],
  ])('%s costs itself alone', async (_name, line, code) => {
    expect(await read('ndjson', `{"n":1}\n${line}\n{"n":2}\n`)).toEqual(['{"n":1}', code, '{"n":2}']);
  });

  test('invalid UTF-8 costs its line alone', async () => {
    const content = Buffer.concat([
      Buffer.from('{"n":"é"}\n{"n":"'),
      Buffer.from([0xe9]),
      Buffer.from('"}\n{}\n'),
    ]);
    expect(await read('ndjson', content)).toEqual(['{"n":"é"}', 'invalid_utf8', '{}']);
  });

  test('a file of white space has no records', async () => {
    const path = folder.newFile('.ndjson', ' \n\n\t');
    expect(await partitionsOf(open({ type: 'ndjson', path }))).toEqual({
      partitions: [],
      warnings: [`${path} has no records`],
    });
  });
});

describe('json', () => {
  test('gives the bytes of each object as they stand', async () => {
    const objects = ['{"id": 9007199254740993123,\n "list": [{}, {"x": "]}\\"{["}]}', '{"a":1,"a":2}', '{ }'];
    expect(await read('json', `\ufeff [ ${objects[0]},${objects[1]}\r\n ,\t${objects[2]} ] \n`)).toEqual(
      objects,
    );
  });

  const [one, two] = ['{"n":1}', '{"n":2}'];
  test.each([
    ['another value', `[${one},5,"x",null,[1,[2]],${two}]`, [one, ...Array(4).fill('not_an_object'), two]],
    ['a broken value', `[${one},{"a":},nul,${two}]`, [one, 'invalid_json', 'invalid_json', two]],
    ['a bracket that is missing', `[${one},{"a":[1},${two}]`, [one, 'invalid_json', two]],
    ['a bracket too many', `[${one},{"a":1]},${two}]`, [one, 'invalid_json', two]],
    ['a brace too many', `[${one},{"a":1}},${two}]`, [one, '{"a":1}', 'missing_comma', two]],
    ['a string that is not closed', `[${one},{"a":"x\n},\n${two}]`, [one, 'invalid_json', two]],
    ['a string that ends in a backslash', `[${one},{"a":"x\\\n,"":1},${two}]`, [one, 'invalid_json', two]],
    ['a comma that is missing', `[${one} ${two},${two}]`, [one, 'missing_comma', two]],
    ['a comma too many', `[${one},,${two}]`, [one, 'empty_element', two]],
    ['a comma at the start', `[,${one}]`, ['empty_element', one]],
    ['a comma at the end', `[${one},]`, [one, 'empty_element']],
    ['a long element', `[${one},{"a":"${'x'.repeat(2000)}}"},${two}]`, [one, 'record_too_long', two]],
    ['text behind the array', `[${one}] and more, ${two}`, [one, 'unexpected_text', two]],
    ['much text behind the array', `[${one}]${'x'.repeat(2000)}`, [one, 'unexpected_text']],
    ['a bracket too many', `[${one}]]\n${two}`, [one, 'unexpected_text', two]],
    ['an end inside an element', `[${one},{"n":`, [one, 'unclosed']],
    ['an end behind an element', `[${one}`, [one, 'unclosed']],
    ['an end behind a comma', `[${one},\n`, [one, 'unclosed']],
  ])('%s costs no more than it must', async (_name, content, expected) => {
    expect(await read('json', content)).toEqual(expected);
  });

  test.each([
    ['documents without anything between them', `${one}[${two},${one}]${two}`, [one, two, one, two]],
    ['documents on lines', `\n${one}\r\n[]\n ${two}\n`, [one, two]],
    ['other values', `1 -2.5 true null "{"\n${one}`, [...Array(5).fill('not_an_object'), one]],
    ['a word at the end', `${one}nul`, [one, 'invalid_json']],
    ['commas between them', `${one}, ${two}`, [one, 'unexpected_text', two]],
    ['a line of text', `${one}\n# {} and []\n${two}`, [one, 'unexpected_text', '{}', 'unexpected_text', two]],
    ['a mark between them', `${one}\ufeff${two}`, [one, 'unexpected_text', two]],
    ['a long object', `{"a":"${'x'.repeat(2000)}"}${two}`, ['record_too_long', two]],
    ['an end inside an object', `${one}{"n":1`, [one, 'unclosed']],
    ['an end inside a string', `${one}"n`, [one, 'unclosed']],
  ])('takes %s as documents', async (_name, content, expected) => {
    expect(await read('json', content)).toEqual(expected);
  });

  test.each([
    ['an object', '{"n":1\n', ['invalid_json']],
    ['a string and an object', '{"n":"1\n', ['invalid_json']],
  ])('%s that is not closed costs its own line', async (_name, broken, expected) => {
    const rest = Array(500).fill(two);
    expect(await read('json', broken + rest.join('\n'))).toEqual([...expected, ...rest]);
  });

  test.each([
    ['an element that is not closed', `[${one},{"n":1,${`${two},`.repeat(500)}${two}]\n`, 9],
    ['an end inside a long element', `[${one},{"n":"${'x'.repeat(2000)}`, 9],
    ['an object that is not closed, all on a line', `${one}{"n":1${two.repeat(500)}`, 7],
    ['a long bare word in an array', `[${one},${'1'.repeat(2000)}`, 9],
  ])('%s ends the reading', async (_name, content, at) => {
    expect(await faultOf(() => read('json', content))).toMatchObject({
      code: 'input_corrupt',
      fault: 'user',
      message: expect.stringContaining(`behind byte ${at} `),
    });
  });

  const long = `{"a":"${'x'.repeat(2000)}"}`;
  test.each([
    ['a document', long, {}, true],
    ['an element', `[${long}]`, {}, false],
    ['a document on the way of a path', `[${long}]`, { recordPath: 'a' }, false],
    ['a record of a path', `{"a":${long}}`, { recordPath: 'a' }, false],
  ])(
    'tells of a path when %s is too long only where one may be missing',
    async (_name, content, fields, isTold) => {
      const path = folder.newFile('.json', content);
      const source = open({ type: 'json', path, maxRecordSize: 1024, ...fields });
      const [partition] = (await partitionsOf(source)).partitions;
      const messages: (string | undefined)[] = [];
      for await (const batch of source.read(partition, partition.start, new AbortController().signal)) {
        messages.push(batch.fault(0)?.message);
      }
      expect(messages).toHaveLength(1);
      expect(messages[0]?.includes('tell where by source.recordPath')).toBe(isTold);
    },
  );

  test.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['an empty array', '[ ]\n'],
  ])('a file of %s has no records', async (_name, content) => {
    const path = folder.newFile('.json', content);
    expect(await partitionsOf(open({ type: 'json', path }))).toEqual({
      partitions: [],
      warnings: [`${path} has no records`],
    });
  });

  test('deep nesting and long arrays take no more memory than a block', async () => {
    const depth = 500_000;
    const content = `[${'{"a":'.repeat(depth)}1${'}'.repeat(depth)},{}]`;
    expect(await read('json', content)).toEqual(['record_too_long', '{}']);
  });
});

describe('json with recordPath', () => {
  const [one, two] = ['{"n":1}', '{"n":2}'];
  const lost = 'path_not_found';
  test.each([
    ['an array', `{"a":1,"data":{"x":[{}],"items":[ ${one}, ${two} ]},"z":{}}`, [one, two]],
    ['an object', `{"data":{"items":${one}}}`, [one]],
    ['an empty array', `{"data":{"items":[]}}`, []],
    ['another value', `{"data":{"items":5}}`, ['not_an_object']],
    [
      'other values in an array',
      `{"data":{"items":[5,null,[${one}],${two}]}}`,
      [...Array(3).fill('not_an_object'), two],
    ],
    ['null', `{"data":{"items": null }}`, [lost]],
    ['a broken value', `{"data":{"items":nul,"items":{"a":}}}`, ['invalid_json', 'invalid_json']],
    ['several documents', `{"data":{"items":${one}}}\n{"data":{"items":[${two}]}}`, [one, two]],
    ['a name that comes twice', `{"data":{"items":[${one}]},"data":{"items":[],"items":${two}}}`, [one, two]],
    ['an escaped name', `{"d\\u0061ta":{"\\u0069tems":[${one}]}}`, [one]],
    [
      'names that are much alike',
      `{"dat":1,"data ":2,"DATA":3,"\\u0064at\\u0062":4,"data":{"items":${one}}}`,
      [one],
    ],
    ['no member', `{"data":{"item":${one}},"items":[${two}]}`, [lost]],
    ['an empty object', `{ } {"data":{}}`, [lost, lost]],
    ['another kind of value on the way', `{"data":[{"items":${one}}]} [${two}] 5 "x"`, Array(4).fill(lost)],
    ['null on the way', `{"data":null}`, [lost]],
    ['a document that is not closed', `{"data":{"items":[${one}]},`, [one, 'unclosed']],
    ['a document that ends inside a skipped value', `{"data":{"items":[${one}]},"x":["`, [one, 'unclosed']],
    ['a document that ends inside a name', `{"data":{"ite`, ['unclosed']],
    ['an array that is not closed', `{"data":{"items":[${one}`, [one, 'unclosed']],
  ])('finds %s', async (_name, content, expected) => {
    expect(await read('json', content, 'data.items')).toEqual(expected);
  });

  test.each([
    [
      'a comma too many',
      `{,"x":1,,"items":[${one}],}`,
      ['empty_element', 'empty_element', one, 'empty_element'],
    ],
    ['a comma that is missing', `{"x":1 "y":[","],"items":[${one}]}`, ['missing_comma', one]],
    ['a comma that is missing before the records', `{"x":1 "items":[${one}]}`, ['missing_comma', lost]],
    ['a name without quotes', `{x:"},{",items:{},"items":[${one}]}`, ['missing_name', 'missing_name', one]],
    ['a name without an end', `{"x:1,\n"items":[${one}]}`, ['open_string', lost]],
    [
      'a name with a byte too many in its escapes',
      `{"\\}u0069\\u0074\\u0065\\u006d\\u0073":[${two}],"items":[${one}]}`,
      ['invalid_name', one],
    ],
    ['a long name', `{"${'x'.repeat(3000)}":1,"items":[${one}]}`, [one]],
    [
      'a colon that is missing',
      `{"x" 1,"y","items":[${one}],"items"}`,
      ['missing_colon', 'missing_colon', one, 'missing_colon'],
    ],
    [
      'a value that is missing',
      `{"x":,"y":],"items":[${one}],"items":}`,
      ['missing_value', 'missing_value', one, 'missing_value'],
    ],
    ['a broken word', `{"x":nul,"y":1.,"z":-0.5e+1,"items":[${one}]}`, ['invalid_json', 'invalid_json', one]],
    ['a string without an end', `{"x":"y\n,"items":[${one}]}`, ['open_string', one]],
    ['a bracket too many', `{"x":[1]],"items":[${one}]}`, ['missing_comma', one]],
    ['a brace that is missing', `{"items":[${one}],"x":{"y":1}`, [one, 'unclosed']],
    [
      'a brace too many',
      `{"x":{}},"items":[${one}]}`,
      [lost, 'unexpected_text', lost, 'unexpected_text', lost, 'unexpected_text'],
    ],
    ['a broken record', `{"items":[${one},{"n":},${two}]}`, [one, 'invalid_json', two]],
    [
      'a long value beside the path',
      `{"x":["${'x'.repeat(3000)}"],"items":[${one}],"y":"${'y'.repeat(3000)}"}`,
      [one],
    ],
    ['a long value on the way', `["${'x'.repeat(3000)}"]{"items":[${one}]}`, [lost, one]],
    ['a long broken member', `{"x" "${'x'.repeat(3000)}","items":[${one}]}`, ['missing_colon', one]],
  ])('%s costs no more than it must', async (_name, content, expected) => {
    expect(await read('json', content, 'items')).toEqual(expected);
  });

  test.each([
    ['a document', `{"items":[${one}]\n`, [one, 'unclosed']],
    ['a document with an array inside', `{"x":{"y":[1]\n`, ['unclosed']],
    ['a member beside the path', `{"x":{"y":1,"items":[]}\n`, ['unclosed']],
    ['a name', `{"items\n`, ['open_string']],
    ['a member that is broken', `{"x" {"y"\n`, ['missing_colon']],
    ['the record', `{"items":{"n":1\n`, ['invalid_json']],
  ])('%s that is not closed costs its own line', async (_name, broken, expected) => {
    const rest = Array(500).fill(`{"items":[${two}]}`).join('\n');
    expect(await read('json', broken + rest, 'items')).toEqual([...expected, ...Array(500).fill(two)]);
  });

  test.each([
    ['the brackets around a record', `{"items":[{"n":1,${`${two},`.repeat(500)}${two}]}\n`, 10],
    ['a member that takes the records in', `{"x":{"y":1,"items":[${`${two},`.repeat(500)}${two}]}\n`, 0],
  ])('%s, where they are not its own, end the reading', async (_name, content, at) => {
    const fault = await faultOf(() => read('json', content, 'items'));
    expect(fault).toMatchObject({ code: 'input_corrupt', message: expect.stringContaining(`byte ${at} `) });
  });

  test.each([
    ['*', `[${one},[${two},5],null]`, [one, two, 'not_an_object', lost]],
    ['*', `{"*":${one}}`, [lost]],
    ['a.*.b', `{"a":[{"b":${one}},{"b":[${two},${one}]},{"c":{}},{"b":[]}]}`, [one, two, one, lost]],
    ['a.*.b', `{"a":[]}`, []],
    [
      'a.*.b',
      `{"a":[5,{"b":${one}} {"b":${two}},,]}`,
      [lost, one, 'missing_comma', 'empty_element', 'empty_element'],
    ],
    ['*.*.*', `[[],[[],[[${one}],${two}]]]`, [one, two]],
  ])('goes through arrays at %s', async (recordPath, content, expected) => {
    expect(await read('json', content, recordPath)).toEqual(expected);
  });

  test('takes names with dots and quotes from a list', async () => {
    const content = JSON.stringify({ 'a.b': { '': 1, '"é': [{ n: 1 }] } });
    expect(await read('json', content, ['a.b', '"é'])).toEqual([one]);
  });

  test('tells how far reading went, whatever is open there', async () => {
    const source = open({ type: 'json', path: folder.newFile('.json', ` ${one}[${two}]${one}`) });
    const [partition] = (await partitionsOf(source)).partitions;
    const { positions } = await readPartition(source, partition);
    expect(positions).toEqual(['8/1', 16, 25]);
    expect(positions.map((position) => source.sourceBytesBefore(partition, position))).toEqual([7, 15, 24]);
    await expect(readPartition(source, partition, '8/x')).rejects.toThrow(TypeError);
  });
});
