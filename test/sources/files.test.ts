import { mkdirSync, rmSync, statSync, truncateSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fileFault } from '../../src/sources/files/faults.js';
import { faultOf, open, partitionsOf, readAll, readPartition, useFolder } from './reading.js';

const folder = useFolder();
const lines = (path: string | string[], options = {}) => open({ type: 'ndjson', path }, options);
const inputs = async (path: string | string[]) =>
  (await lines(path).describe()).inputs.map((input) => input.slice(folder.path.length + 1));
const at = (...names: string[]) => join(folder.path, ...names);

function makeFiles(name: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(at(name, file, '..'), { recursive: true });
    writeFileSync(at(name, file), '{}\n');
  }
}

describe('finding files', () => {
  test('a glob gives files, sorted, without folders and hidden ones', async () => {
    makeFiles('glob', [
      'b.csv',
      'a.csv',
      'B.csv',
      'a10.csv',
      'a9.csv',
      '.hidden.csv',
      'deep/er/c.csv',
      'x.csv/y',
    ]);
    expect(await inputs(at('glob', '*.csv'))).toEqual(
      ['B', 'a', 'a10', 'a9', 'b'].map((name) => `glob/${name}.csv`),
    );
    expect(await inputs(at('glob', '**', 'c.csv'))).toEqual(['glob/deep/er/c.csv']);
    expect(await inputs(at('glob', '{a,b}.csv'))).toEqual(['glob/a.csv', 'glob/b.csv']);
  });

  test('what is found twice is read once', async () => {
    makeFiles('twice', ['a', 'b']);
    expect(await inputs([at('twice', 'b'), at('twice', '*'), at('twice', 'b')])).toEqual([
      'twice/a',
      'twice/b',
    ]);
  });

  test('a name with glob characters that is there is meant as it stands', async () => {
    makeFiles('odd', ['[ab].csv', 'a.csv', 'data (1)/x.csv', 'data 1/x.csv']);
    expect(await inputs(at('odd', '[ab].csv'))).toEqual(['odd/[ab].csv']);
    expect(await inputs(at('odd', 'data (1)', '*.csv'))).toEqual(['odd/data (1)/x.csv']);
  });

  test.each([
    ['a file that is not there', 'missing.csv', 'file_not_found'],
    ['a file in a folder that is none', 'plain/x.csv', 'file_not_found'],
    ['a glob without a match', 'missing-*.csv', 'no_match'],
    ['a glob in a folder that is not there', 'nowhere/*.csv', 'no_match'],
    ['a folder', '', 'not_a_file'],
    ['a named pipe or device', '../../dev/null', 'not_a_file'],
  ])('%s is the fault of the user', async (_name, path, code) => {
    writeFileSync(at('plain'), '');
    const full = path.startsWith('..') ? '/dev/null' : at(path);
    expect(await faultOf(() => lines(full).describe())).toMatchObject({
      code,
      fault: 'user',
      message: expect.stringContaining(full),
    });
  });

  test.each([
    ['EACCES', 'file_not_readable', 'user'],
    ['EIO', 'file_io', 'world'],
    ['ESTALE', 'file_io', 'world'],
    ['EMFILE', 'file_io', 'world'],
    ['ETIMEDOUT', 'file_io', 'world'],
  ])('the error %s is told whose fault it is', (systemCode, code, fault) => {
    const error = Object.assign(new Error(systemCode), { code: systemCode });
    expect(fileFault(error, '/x')).toMatchObject({ code, fault, cause: error });
  });

  test('a mistake in the program stays what it is', () => {
    const error = new TypeError('x');
    expect(fileFault(error, '/x')).toBe(error);
    const ours = Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(fileFault(ours, '/x')).toBe(ours);
  });
});

describe('content that is not text', () => {
  test.each([
    ['gzip', gzipSync('{}'), 'unsupported_compression', 'gzip'],
    ['zip', Buffer.from('PK\x03\x04xxxx', 'latin1'), 'unsupported_compression', 'a zip archive'],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]), 'unsupported_compression', 'zstd'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), 'unsupported_encoding', 'UTF-32'],
    ['zip in gzip', gzipSync(Buffer.from('PK\x03\x04')), 'unsupported_compression', 'a zip archive'],
  ])('%s is recognised', async (name, content, code, what) => {
    const path = folder.newFile(name.includes(' in gzip') ? '.gz' : '.ndjson', content);
    const fault = await faultOf(() => lines(path).describe());
    expect(fault).toMatchObject({ code, fault: 'user' });
    expect(fault.message).toBe(`${path} holds ${what}, which is not read as it stands`);
  });
});

describe('gzip', () => {
  const whole = gzipSync('{"n":1}\n{"n":2}\n');
  const reading = async (content: Uint8Array) => {
    const records = await readAll(lines(folder.newFile('.ndjson.gz', content)));
    return records.map(({ raw }) => raw);
  };

  test('is one partition of as many bytes as the file', async () => {
    const path = folder.file('orders.ndjson.gz', whole);
    const { partitions } = await partitionsOf(lines(path, { partitionSize: 1 }));
    expect(partitions).toMatchObject([{ label: 'orders.ndjson.gz', sourceBytes: whole.length, start: 0 }]);
  });

  test('may be of several members, with padding behind', async () => {
    const all = ['{"n":1}', '{"n":2}', '{"n":3}'];
    expect(await reading(Buffer.concat([whole, gzipSync('{"n":3}\n'), Buffer.alloc(700)]))).toEqual(all);
  });

  test('of no bytes has no records', async () => {
    expect(await reading(Buffer.alloc(0))).toEqual([]);
    expect(await reading(gzipSync(''))).toEqual([]);
  });

  test.each([
    ['cut short', whole.subarray(0, -5)],
    ['with a byte changed', Buffer.from(whole.map((byte, i) => (i === whole.length - 8 ? byte ^ 1 : byte)))],
    ['with text behind', Buffer.concat([whole, Buffer.from('more text')])],
    ['with a member behind padding', Buffer.concat([whole, Buffer.alloc(5), whole])],
    ['that is none', Buffer.from('{"n":1}\n')],
  ])('%s is corrupt', async (_name, content) => {
    const fault = await faultOf(() => reading(content));
    expect(fault).toMatchObject({ code: 'input_corrupt', fault: 'user' });
    expect(fault.message).toContain('.ndjson.gz');
  });
});

describe('a file that changes under a running job', () => {
  const rows = '{"n":1}\n'.repeat(2000);
  const changes: [name: string, change: (path: string) => void, how: string][] = [
    ['grew', (path) => writeFileSync(path, `${rows}{}`), 'it grew from 16000 to 16002 bytes'],
    ['shrank', (path) => truncateSync(path, 8), 'it shrank from 16000 to 8 bytes'],
    ['was modified', (path) => utimesSync(path, 1, 1), 'it was modified'],
    ['vanished', (path) => unlinkSync(path), 'it has vanished'],
  ];
  const setUp = async () => {
    const path = folder.newFile('.ndjson', rows);
    const source = lines(path, { blockSize: 4096 });
    const [partition] = (await partitionsOf(source)).partitions;
    return { path, source, partition };
  };

  test.each(changes)('%s before it is read', async (_name, change, how) => {
    const { path, source, partition } = await setUp();
    await source.verify(partition);
    change(path);
    const expected = { code: 'input_changed', fault: 'user', message: expect.stringContaining(how) };
    expect(await faultOf(() => source.verify(partition))).toMatchObject(expected);
    expect(await faultOf(() => readPartition(source, partition))).toMatchObject(expected);
  });

  test.each(changes)('%s while it is read', async (_name, change) => {
    const { path, source, partition } = await setUp();
    const reading = async () => {
      for await (const batch of source.read(partition, 0, new AbortController().signal)) {
        if (batch.positionAfter(0) === 8) change(path);
      }
    };
    expect(await faultOf(reading)).toMatchObject({ code: 'input_changed', fault: 'user' });
  });

  test('hands out no record of what it was changed to while it is read', async () => {
    const { path, source, partition } = await setUp();
    const found: string[] = [];
    const reading = async () => {
      for await (const batch of source.read(partition, 0, new AbortController().signal)) {
        for (let i = 0; i < batch.length; i++) found.push(Buffer.from(batch.raw(i)).toString());
        writeFileSync(path, rows.replaceAll('1', '2'));
      }
    };
    expect(await faultOf(reading)).toMatchObject({ code: 'input_changed', fault: 'user' });
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found)).toEqual(new Set(['{"n":1}']));
  });

  test('was replaced by one of the same size and time', async () => {
    const { path, source, partition } = await setUp();
    const { atime, mtime } = statSync(path);
    utimesSync(path, atime, mtime);
    const [again] = (await partitionsOf(source)).partitions;
    writeFileSync(path, rows.replace('1', '2'));
    utimesSync(path, atime, mtime);
    expect(await faultOf(() => readPartition(source, again))).toMatchObject({
      code: 'input_changed',
      message: expect.stringContaining('replaced'),
    });
    expect(partition.spec).not.toEqual(again.spec);
  });

  test('between two pages', async () => {
    const { path } = await setUp();
    const source = lines(path, { partitionSize: 100 });
    const { next } = await source.partition(undefined, 2, 0, () => {});
    utimesSync(path, 1, 1);
    expect(await faultOf(() => source.partition(next, 2, 2, () => {}))).toMatchObject({
      code: 'input_changed',
    });
  });

  test('record ids tell one content from another, and one retry from no other', async () => {
    const { path, source } = await setUp();
    const ids = async () => (await readAll(source)).slice(0, 3).map(({ id }) => id);
    const before = await ids();
    expect(await ids()).toEqual(before);
    expect(before.map((id) => id.replace(/^[\w-]{12}/, ''))).toEqual(['-0', '-8', '-16']);
    utimesSync(path, 1, 1);
    expect((await ids()).some((id) => before.includes(id))).toBe(false);
  });
});

describe('pages', () => {
  test('of many files hold no more than asked for, and their cursors stay small', async () => {
    makeFiles(
      'many',
      Array.from({ length: 250 }, (_, i) => `${String(i).padStart(4, '0')}.ndjson`),
    );
    const source = lines(at('many', '*'));
    let cursor: unknown;
    const labels: string[] = [];
    do {
      const page = await source.partition(cursor, 100, labels.length, () => {});
      labels.push(...page.partitions.map(({ label }) => label));
      cursor = page.next;
      expect(JSON.stringify(cursor ?? '').length).toBeLessThan(400);
    } while (cursor);
    expect(labels).toHaveLength(250);
    expect(labels).toEqual([...new Set(labels)].sort());
  });

  test('end at some number of empty files, and name a few of them', async () => {
    const names = Array.from({ length: 1100 }, (_, i) => `${i}.csv`);
    mkdirSync(at('empty'));
    for (const name of names) writeFileSync(at('empty', name), '');
    const source = open({ type: 'csv', path: at('empty', '*.csv') });
    const page = await source.partition(undefined, 10, 0, () => {});
    expect(page.partitions).toEqual([]);
    expect(page.next).toBeDefined();
    expect(page.warnings).toHaveLength(21);
    expect(page.warnings.at(-1)).toBe('980 more files have no records');
  });

  test('notice that the list of files is another one', async () => {
    makeFiles('list', ['b', 'd', 'e']);
    const source = lines(at('list', '*'));
    const { next } = await source.partition(undefined, 1, 0, () => {});
    writeFileSync(at('list', 'f'), '{}');
    await source.partition(next, 1, 1, () => {});
    writeFileSync(at('list', 'c'), '{}');
    expect(await faultOf(() => source.partition(next, 1, 1, () => {}))).toMatchObject({
      code: 'input_changed',
    });
    rmSync(at('list', 'c'));
    rmSync(at('list', 'd'));
    expect(await faultOf(() => source.partition(next, 1, 1, () => {}))).toMatchObject({
      code: 'input_changed',
    });
  });

  test('stop when the caller has to', async () => {
    const path = folder.newFile('.csv', `a\n${'1\n'.repeat(5000)}`);
    let calls = 0;
    const stop = () => {
      if (++calls > 3) throw new Error('stopped');
    };
    const source = open({ type: 'csv', path }, { blockSize: 100, partitionSize: 5000 });
    await expect(source.partition(undefined, 1, 0, stop)).rejects.toThrow('stopped');
  });
});

test.each([
  ['plain.json', Buffer.from('[{"n":1},{"n":2}]'), [8, 17]],
  ['packed.json.gz', gzipSync('[{"n":1},{"n":2}]'), [0, 0]],
])('bytes that are done are counted in those of the file: %s', async (name, content, expected) => {
  const source = open({ type: 'json', path: folder.file(name, content) });
  const [partition] = (await partitionsOf(source)).partitions;
  const { positions } = await readPartition(source, partition);
  expect(positions.map((position) => source.sourceBytesBefore(partition, position))).toEqual(expected);
});

test('reading stops when the signal comes', async () => {
  const source = lines(folder.newFile('.ndjson', '{}\n'.repeat(5000)), { blockSize: 100 });
  const [partition] = (await partitionsOf(source)).partitions;
  const controller = new AbortController();
  let batches = 0;
  const reading = async () => {
    for await (const _ of source.read(partition, 0, controller.signal)) {
      if (++batches === 2) controller.abort(new Error('asked to stop'));
    }
  };
  await expect(reading()).rejects.toThrow('asked to stop');
  expect(batches).toBe(2);
});
