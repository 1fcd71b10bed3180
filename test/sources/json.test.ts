import { describe, expect, test } from 'vitest';
import { faultOf, open, partitionsOf, readAll, useFolder } from './reading.js';

const folder = useFolder();

async function read(
  type: 'json' | 'ndjson',
  content: string | Uint8Array,
  maxRecordSize = 1024,
): Promise<string[]> {
  const path = folder.newFile(`.${type}`, content);
  // In small blocks, so that what is longer than the longest record really comes in pieces.
  const records = await readAll(open({ type, path, maxRecordSize }, { blockSize: 100 }));
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
    ['text behind the array', `[${one}] and more, ${two}`, [one, 'trailing_text']],
    ['much text behind the array', `[${one}]${'x'.repeat(2000)}`, [one, 'trailing_text']],
    ['text behind an empty array', `[]${one}`, ['trailing_text']],
    ['an end inside an element', `[${one},{"n":`, [one, 'unclosed']],
    [
      'an end inside a long element',
      `[${one},{"n":"${'x'.repeat(2000)}`,
      [one, 'record_too_long', 'unclosed'],
    ],
    ['an end behind an element', `[${one}`, [one, 'unclosed']],
    ['an end behind a comma', `[${one},\n`, [one, 'unclosed']],
  ])('%s costs no more than it must', async (_name, content, expected) => {
    expect(await read('json', content)).toEqual(expected);
  });

  test('one object is not an array, but may be ndjson', async () => {
    const source = open({ type: 'json', path: folder.newFile('.json', ' {"n":1}\n{"n":2}') });
    const fault = await faultOf(() => source.describe());
    expect(fault).toMatchObject({ code: 'not_an_array', fault: 'user' });
    expect(fault.mend).toContain('ndjson');
  });

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
