import {
  appendFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DirtyEntry, rawOf } from '../../src/dirty/entry.js';
import { storeFolder } from '../../src/dirty/folder/layout.js';
import { probeFolder } from '../../src/dirty/folder/probe.js';
import { entryFiles, readAbout, readEntries } from '../../src/dirty/folder/reader.js';
import { FolderStore } from '../../src/dirty/folder/store.js';
import type { DirtyRecord } from '../../src/dirty/record.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rocketlift-dirty-'));
});
afterAll(() => rm(root, { recursive: true }));

let folders = 0;
const newFile = () => join(root, `run-${folders++}`, 'partition-000000.ndjson');

const EMPTY = { entries: 0, length: 0 };

const open = (path: string, from = EMPTY, encoding = 'utf-8') =>
  FolderStore.open({
    path,
    from,
    rawBytes: 1000,
    context: { run: 'job/run', source: { spec: 'spec' }, encoding },
    about: { columns: ['a'] },
  });

const record = (id: string, raw: Uint8Array = Buffer.from(id), bytes = raw.length): DirtyRecord => ({
  id,
  input: 'x.csv',
  place: `x.csv byte ${id}`,
  position: 0,
  partition: 0,
  stage: 'convert',
  code: 'code',
  message: 'message',
  raw,
  bytes,
});

async function entriesIn(path: string): Promise<DirtyEntry[]> {
  const entries: DirtyEntry[] = [];
  for await (const entry of readEntries(path, { mayEndEarly: true })) entries.push(entry);
  return entries;
}
async function all(entries: AsyncIterable<DirtyEntry>): Promise<void> {
  for await (const _ of entries);
}
const idsIn = async (path: string) => (await entriesIn(path)).map(({ id }) => id);

const LF = Buffer.from('\n');
const entryLine = (id: string) => JSON.stringify({ id, input: 'x.csv' });

describe('FolderStore', () => {
  it('leaves no file where there was no entry', async () => {
    const path = newFile();
    const store = await open(path);
    await store.flush();
    await store.close();
    expect(await entryFiles(join(path, '..'))).toEqual([]);
  });

  it('keeps entries, and says beside them what all have in common', async () => {
    const path = newFile();
    const store = await open(path);
    store.append([record('a'), record('b')]);
    expect(store.pendingBytes).toBeGreaterThan(0);
    await store.flush();
    expect(store.pendingBytes).toBe(0);
    await store.close();
    expect(await idsIn(path)).toEqual(['a', 'b']);
    expect(store.length).toEqual({ entries: 2, length: (await stat(path)).size });
    expect(await readAbout(join(path, '..'))).toEqual({ columns: ['a'] });
    expect((await readdir(join(path, '..'))).sort()).toEqual(['partition-000000.ndjson', 'run.json']);
  });

  it.runIf(process.platform === 'linux')(
    'has what all have in common safe on the disk before it has its name, and before an entry is safe',
    async () => {
      const path = newFile();
      const store = await open(path);
      const handle = await openFile(path);
      const synced: string[] = [];
      const datasync = vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockImplementation(async function (
        this: FileHandle,
      ) {
        const { size } = await this.stat();
        synced.push(
          `${basename(await readlink(`/proc/self/fd/${this.fd}`))}: ${size > 0 ? 'whole' : 'empty'}`,
        );
      });
      try {
        store.append([record('a')]);
        await store.flush();
        expect(synced).toEqual([
          expect.stringMatching(/^run\.json\..+: whole$/),
          'partition-000000.ndjson: whole',
        ]);
      } finally {
        datasync.mockRestore();
        await handle.close();
        await store.close();
      }
    },
  );

  it('goes on behind what belongs to the watermark, whatever a crash has left behind that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(4), fc.nat(4), fc.string(), async (before, beyond, rubbish) => {
        const path = newFile();
        const first = await open(path);
        const ids = Array.from({ length: before }, (_, n) => `before-${n}`);
        first.append(ids.map((id) => record(id)));
        await first.flush();
        const watermark = first.length;
        first.append(Array.from({ length: beyond }, (_, n) => record(`beyond-${n}`)));
        await first.flush();
        await first.close();
        if (before + beyond > 0) await appendFile(path, rubbish);

        const second = await open(path, watermark);
        second.append([record('after')]);
        await second.flush();
        await second.close();
        expect(await idsIn(path)).toEqual([...ids, 'after']);
        expect(second.length.entries).toBe(before + 1);
      }),
      { numRuns: 40 },
    );
  });

  it('is not disturbed by an attempt that was given up and still writes; that one fails', async () => {
    const path = newFile();
    const old = await open(path);
    old.append([record('a')]);
    await old.flush();
    const watermark = old.length;
    const now = await open(path, watermark);
    old.append([record('zombie')]);
    await expect(old.flush()).rejects.toMatchObject({ code: 'dirty_store_failed' });
    now.append([record('b')]);
    await now.flush();
    await Promise.all([old.close(), now.close()]);
    expect(await idsIn(path)).toEqual(['a', 'b']);
  });

  it('lets an attempt without entries write nothing either once another has taken over', async () => {
    const path = newFile();
    const old = await open(path);
    const now = await open(path);
    now.append([record('b')]);
    await now.flush();
    old.append([record('zombie')]);
    await expect(old.flush()).rejects.toMatchObject({ code: 'dirty_store_failed' });
    await Promise.all([old.close(), now.close()]);
    expect(await idsIn(path)).toEqual(['b']);
  });

  it('keeps what several callers flush at once, each once', async () => {
    const path = newFile();
    const store = await open(path);
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        store.append([record(`${n}`)]);
        await store.flush();
      }),
    );
    await store.close();
    expect(await idsIn(path)).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
  });

  it.each([
    ['is gone', (path: string) => rm(path)],
    ['has 3 bytes', (path: string) => writeFile(path, '{}\n')],
  ])('fails where what the watermark counts on %s', async (why, spoil) => {
    const path = newFile();
    const store = await open(path);
    store.append([record('a')]);
    await store.flush();
    await store.close();
    await spoil(path);
    await expect(open(path, store.length)).rejects.toMatchObject({
      code: 'dirty_store_changed',
      fault: 'user',
      message: expect.stringContaining(why),
    });
  });

  it('keeps what is being written when it is closed', async () => {
    const path = newFile();
    const store = await open(path);
    store.append([record('1')]);
    const flushing = store.flush();
    await store.close();
    await flushing;
    expect(await readFile(path)).toHaveLength(store.length.length);
  });

  it('fails, and goes on failing, where nothing can be written', async () => {
    const path = newFile();
    const store = await open(path);
    await rm(join(path, '..'), { recursive: true });
    store.append([record('a')]);
    for (let again = 0; again < 2; again++) {
      await expect(store.flush()).rejects.toMatchObject({ code: 'dirty_store_failed', fault: 'world' });
    }
    await store.close();
  });

  it('keeps bytes as they are, and tells whether they are all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array(),
        fc.nat(3),
        fc.constantFrom('utf-8', 'gb18030'),
        async (raw, more, encoding) => {
          const path = newFile();
          const store = await open(path, EMPTY, encoding);
          store.append([record('a', raw, raw.length + more)]);
          await store.flush();
          await store.close();
          const [entry] = await entriesIn(path);
          expect(rawOf(entry)).toEqual(Buffer.from(raw));
          expect(entry.whole).toBe(more === 0);
          expect(entry.source).toEqual(more === 0 ? undefined : { spec: 'spec' });
          if (entry.rawBase64 !== undefined) expect(entry.encoding).toBe(encoding);
          // In an encoding other than UTF-8, bytes could be valid UTF-8 by chance and mean something else.
          else if (encoding !== 'utf-8') expect(raw.every((byte) => byte < 0x80)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('readEntries', () => {
  it('leaves out half an entry at the end of a store, and refuses it in a file of a user', async () => {
    const path = join(root, 'half.ndjson');
    await writeFile(path, `${entryLine('a')}\n{"id":"b`);
    expect(await idsIn(path)).toEqual(['a']);
    const entries = readEntries(path, { mayEndEarly: false });
    await expect(entries.next()).resolves.toMatchObject({ value: { id: 'a' } });
    await entries.return(undefined);
    await expect(all(readEntries(path, { mayEndEarly: false }))).rejects.toMatchObject({
      code: 'dirty_entry',
      message: expect.stringContaining('Line 2'),
    });
  });

  it.each([
    ['U+2028 and U+2029 in text, which JSON lets stand', entryLine('a\u2028b\u2029c'), 'a\u2028b\u2029c'],
    ['a carriage return between fields', '{"id":"a",\r"input":"x.csv","raw":"x"}', 'a'],
    ['the line ends of Windows', `${entryLine('a')}\r`, 'a'],
    ['a line of many blocks', `{"raw":"${'x'.repeat(500_000)}","id":"a","input":"x.csv"}`, 'a'],
  ])('ends lines at line feeds alone: %s', async (_, line, id) => {
    const path = join(root, 'lines.ndjson');
    await writeFile(path, `${entryLine('before')}\n${line}\n\n${entryLine('behind')}\n`);
    expect(await idsIn(path)).toEqual(['before', id, 'behind']);
    await writeFile(path, `${entryLine('before')}\n${line}`);
    expect(await idsIn(path)).toEqual(['before', id]);
  });

  it('reads lines of any length as they were kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.constantFrom(0, 1, 65_500, 65_536, 200_000)), {
          maxLength: 6,
        }),
        async (texts) => {
          const path = newFile();
          const store = await open(path);
          const raws = texts.map(([text, length]) => `${text.toWellFormed()}${'é'.repeat(length)}`);
          store.append(raws.map((raw, n) => record(`${n}`, Buffer.from(raw))));
          await store.flush();
          await store.close();
          const kept = raws.length === 0 ? [] : await entriesIn(path);
          expect(kept.map((entry) => rawOf(entry).toString())).toEqual(raws);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['windows-1252', Buffer.from('{"id":"b","input":"x.csv","raw":"Orl\xe9ans"}', 'latin1'), 'is not UTF-8'],
    [
      'half a surrogate pair',
      '{"id":"b","input":"x.csv","raw":"\\udc80"}',
      'half a surrogate pair in its "raw"',
    ],
    [
      'half a surrogate pair as an id',
      '{"id":"\\ud800","input":"x.csv"}',
      'half a surrogate pair in its "id"',
    ],
    ['no base64', '{"id":"b","input":"x.csv","rawBase64":"YW=J"}', 'something else than base64'],
  ])('refuses %s, of which something else would be sent', async (_, line, why) => {
    const path = join(root, 'mended.ndjson');
    await writeFile(path, Buffer.concat([Buffer.from(`${entryLine('a')}\n`), Buffer.from(line), LF]));
    await expect(all(readEntries(path, { mayEndEarly: false }))).rejects.toMatchObject({
      code: 'dirty_entry',
      fault: 'user',
      message: expect.stringMatching(new RegExp(`^Line 2 of ${path} .*${why}`)),
    });
  });

  it('leaves out a line at the end of a store that a crash cut in the middle of a character', async () => {
    const path = join(root, 'cut.ndjson');
    const whole = Buffer.from(`${entryLine('a')}\n{"id":"é`);
    await writeFile(path, whole.subarray(0, -1));
    expect(await idsIn(path)).toEqual(['a']);
  });

  it.each([
    ['a line without an end', ''],
    ['another one behind it', `\n${entryLine('b')}\n`],
  ])('refuses %s once it is longer than a record may be, and does not hold it', async (_, behind) => {
    const path = join(root, 'endless.ndjson');
    await writeFile(path, `\n${entryLine('a')}\n{`);
    await truncate(path, 3 * 1024 ** 3);
    await appendFile(path, behind);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const alive = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    };
    await expect(all(readEntries(path, { mayEndEarly: true, alive }))).rejects.toMatchObject({
      code: 'dirty_entry',
      message: expect.stringMatching(/^Line 3 .* has more than 64 MiB/),
    });
    expect(most).toBeLessThan(200 * 1024 ** 2);
    await rm(path);
  });

  it('can be stopped before every block, also where no entry is', async () => {
    const path = join(root, 'blank.ndjson');
    await writeFile(path, '\n \r\n\t'.repeat(100_000));
    const stop = new Error('stop');
    let blocks = 0;
    const alive = () => {
      if (++blocks === 3) throw stop;
    };
    await expect(all(readEntries(path, { mayEndEarly: false, alive }))).rejects.toBe(stop);
    expect(blocks).toBe(3);
  });

  it('counts blank lines, however many there are', async () => {
    const path = join(root, 'blank.ndjson');
    await writeFile(path, `${'\n'.repeat(200_000)}${entryLine('a')}\n \r\n[]\n`);
    await expect(all(readEntries(path, { mayEndEarly: false }))).rejects.toMatchObject({
      message: expect.stringMatching(/^Line 200003 .* has no text as "id"/),
    });
  });

  it('refuses a line in the middle that is no entry', async () => {
    const path = join(root, 'middle.ndjson');
    await writeFile(path, `${entryLine('a')}\n[]\n${entryLine('b')}\n`);
    await expect(idsIn(path)).rejects.toMatchObject({ code: 'dirty_entry' });
  });
});

it("says of a run's folder that can't be listed what to mend", async () => {
  await writeFile(join(root, 'no-folder'), '');
  for (const folder of [join(root, 'no-folder'), join(root, 'no-folder', 'run')]) {
    await expect(entryFiles(folder)).rejects.toMatchObject({
      code: 'records_unreadable',
      fault: 'user',
      message: expect.stringContaining(folder),
    });
  }
});

describe('readAbout', () => {
  it('knows of nothing where there is nothing', async () => {
    expect(await readAbout(join(root, 'none'))).toBeUndefined();
  });

  it.each(['', '{"columns": ['])('says what to do where the file holds "%s"', async (content) => {
    const folder = join(newFile(), '..');
    await mkdir(folder);
    await writeFile(join(folder, 'run.json'), content);
    await expect(readAbout(folder)).rejects.toMatchObject({
      code: 'dirty_about_unreadable',
      fault: 'user',
      message: expect.stringContaining(join(folder, 'run.json')),
      mend: expect.stringContaining('"columns"'),
    });
  });
});

it('a workflow id leads to no other folder than its own, whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('..', '.', 'a/../..', '/etc')), (id) => {
      const folder = storeFolder('/dirty', `${id}/run`);
      expect(folder.split('/')).toHaveLength(id === '' ? 3 : 4);
      expect(folder.startsWith('/dirty/')).toBe(true);
      expect(folder.endsWith('/run')).toBe(true);
    }),
  );
});

it('a check leaves nothing behind in the folder', async () => {
  await writeFile(join(root, 'a-file'), '');
  const folder = join(root, 'new', 'dirty');
  await probeFolder(folder);
  expect(await readdir(folder)).toEqual([]);
  expect(await readFile(join(root, 'a-file'), 'utf8')).toBe('');
  await expect(probeFolder(join(root, 'a-file'))).rejects.toMatchObject({
    code: 'dirty_store_unusable',
    fault: 'user',
  });
});
