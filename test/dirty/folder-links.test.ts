/** Who may write to the folder of a run can put anything under a file's name, at any time. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { probeFolder } from '../../src/dirty/folder/probe.js';
import { type ReadEntriesOptions, readAbout, readEntries } from '../../src/dirty/folder/reader.js';
import { FolderStore } from '../../src/dirty/folder/store.js';
import type { DirtyRecord } from '../../src/dirty/record.js';
import type { Folders } from '../../src/folders/folders.js';
import { source as sourceSchema } from '../../src/job/schema/source.js';
import { replaySource } from '../../src/replay/replay-source.js';

const roots: string[] = [];
let allowed: string;
let elsewhere: string;
let run: string;
let path: string;
let folders: Folders;
beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'rocketlift-links-'));
  roots.push(root);
  allowed = join(root, 'allowed');
  elsewhere = join(root, 'elsewhere');
  run = join(allowed, 'job', 'run');
  path = join(run, 'partition-000000.ndjson');
  folders = { dirty: [allowed], read: [allowed] };
  await mkdir(run, { recursive: true });
  await mkdir(elsewhere);
});
afterAll(async () => {
  for (const root of roots) await rm(root, { recursive: true });
});

const ENTRY = '{"id":"a","input":"x.csv"}\n';

const open = (file = path, from = { entries: 0, length: 0 }) =>
  FolderStore.open({
    path: file,
    from,
    rawBytes: 1000,
    context: { run: 'job/run', source: {}, encoding: 'utf-8' },
    about: { columns: ['id'] },
    folders,
  });

const RECORD: DirtyRecord = {
  id: 'a',
  input: 'x.csv',
  place: 'x.csv byte 0',
  position: 0,
  partition: 0,
  stage: 'convert',
  code: 'code',
  message: 'message',
  raw: Buffer.from('a'),
  bytes: 1,
};

async function read(file: string, options: Partial<ReadEntriesOptions> = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of readEntries(file, { mayEndEarly: false, folders, ...options })) ids.push(id);
  return ids;
}

const outside = async (name: string, content: string): Promise<string> => {
  await writeFile(join(elsewhere, name), content);
  return join(elsewhere, name);
};

const pipe = (file: string) => execFileSync('mkfifo', [file]);

describe('a file of a run that is a link, or no file at all,', () => {
  const link = async (name: string, content: string) =>
    symlink(await outside(name, content), join(run, name));

  it('is not gone on with', async () => {
    await link('partition-000000.ndjson', ENTRY);
    await expect(open(path, { entries: 1, length: ENTRY.length })).rejects.toMatchObject({
      code: 'dirty_store_changed',
      message: expect.stringContaining('is a link'),
    });
  });

  it('is not waited for', async () => {
    pipe(path);
    const changed = {
      code: 'dirty_store_changed',
      message: expect.stringContaining('is a device or a pipe'),
    };
    await expect(open(path, { entries: 1, length: 1 })).rejects.toMatchObject(changed);
    await expect(read(path)).rejects.toMatchObject(changed);
  });

  it('is not read', async () => {
    await link('partition-000000.ndjson', ENTRY);
    await link('run.json', '{}');
    await expect(read(path)).rejects.toMatchObject({ code: 'dirty_store_changed' });
    await expect(readAbout(run, folders)).rejects.toMatchObject({ code: 'dirty_store_changed' });
  });

  it('is not replayed, and its size is not told either', async () => {
    await link('partition-000000.ndjson', ENTRY);
    const spec = sourceSchema.parse({ type: 'ndjson', path: join(allowed, 'none') });
    const source = replaySource(
      spec,
      { partitionSize: 1000, folders },
      { folder: run, before: { dirty: 1 } },
      () => {
        throw new Error('no topic');
      },
    );
    await expect(source.describe()).rejects.toMatchObject({ code: 'dirty_store_changed' });
    await expect(source.partition(undefined, 10, 0, () => {})).rejects.toMatchObject({
      code: 'dirty_store_changed',
    });
  });
});

describe('a file that a user names', () => {
  it('may be a link to where jobs may read', async () => {
    await writeFile(join(allowed, 'mended.ndjson'), ENTRY);
    await symlink(join(allowed, 'mended.ndjson'), join(allowed, 'link.ndjson'));
    expect(await read(join(allowed, 'link.ndjson'), { isGiven: true })).toEqual(['a']);
  });

  it('may lead nowhere else, and must be a file', async () => {
    await symlink(await outside('mended.ndjson', ENTRY), join(allowed, 'out.ndjson'));
    await expect(read(join(allowed, 'out.ndjson'), { isGiven: true })).rejects.toMatchObject({
      code: 'folder_not_allowed',
    });
    pipe(join(allowed, 'pipe'));
    for (const name of ['pipe', 'job']) {
      await expect(read(join(allowed, name), { isGiven: true })).rejects.toMatchObject({
        code: 'records_unreadable',
      });
    }
  });
});

describe('a folder that has been exchanged since it was allowed', () => {
  it('is not written to', async () => {
    await symlink(elsewhere, join(allowed, 'link'));
    const refused = { code: 'folder_not_allowed', fault: 'user' };
    await expect(open(join(allowed, 'link', 'run', 'partition-000000.ndjson'))).rejects.toMatchObject(
      refused,
    );
    expect(await readdir(join(elsewhere, 'run'))).toEqual([]);
    await expect(probeFolder(join(allowed, 'link'), folders)).rejects.toMatchObject(refused);
    expect(await readdir(elsewhere)).toEqual(['run']);
  });

  it('is not gone on with', async () => {
    const store = await open();
    store.append([RECORD]);
    await store.flush();
    await store.close();
    await rename(run, join(elsewhere, 'run'));
    await symlink(join(elsewhere, 'run'), run);
    await expect(open(path, store.length)).rejects.toMatchObject({ code: 'folder_not_allowed' });
    expect((await readdir(join(elsewhere, 'run'))).sort()).toEqual(['partition-000000.ndjson', 'run.json']);
  });

  it('is not told what the records have in common', async () => {
    const store = await open();
    await rename(run, join(elsewhere, 'run'));
    await symlink(join(elsewhere, 'run'), run);
    store.append([RECORD]);
    await expect(store.flush()).rejects.toMatchObject({ code: 'folder_not_allowed' });
    await store.close();
    expect(await readdir(join(elsewhere, 'run'))).not.toContain('run.json');
  });
});

it('what is kept in an allowed folder is written and read', async () => {
  const store = await open();
  store.append([RECORD]);
  await store.flush();
  await store.close();
  expect(await read(path)).toEqual(['a']);
  expect(await readAbout(run, folders)).toEqual({ columns: ['id'] });
  const again = await open(path, store.length);
  again.append([RECORD]);
  await again.flush();
  await again.close();
  expect((await readFile(path, 'utf8')).match(/\n/g)).toHaveLength(2);
});
