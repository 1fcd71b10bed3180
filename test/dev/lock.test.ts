import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withLock } from '../../src/dev/lock.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocketlift-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('holders come one after another, and nothing is left behind', async () => {
  const file = join(folder, 'lock');
  let inside = 0;
  let most = 0;
  const enter = () =>
    withLock(file, async () => {
      most = Math.max(most, ++inside);
      await readdir(folder);
      inside--;
    });
  await Promise.all([enter(), enter(), enter(), enter()]);
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('a lock whose holder has ended is taken over, by one', async () => {
  const file = join(folder, 'lock');
  // This process's pid, but not its start time: what a recycled pid looks like.
  await writeFile(file, JSON.stringify({ pid: process.pid, identity: 'long ago' }));
  const order: string[] = [];
  const enter = (name: string) =>
    withLock(file, async () => {
      order.push(`${name} in`);
      await readdir(folder);
      order.push(`${name} out`);
    });
  await Promise.all([enter('a'), enter('b')]);
  expect(order.map((entry) => entry.slice(2))).toEqual(['in', 'out', 'in', 'out']);
  expect(await readdir(folder)).toEqual([]);
});

test('a lock that is not given back in time is an error that names its holder', async () => {
  const file = join(folder, 'lock');
  await withLock(file, async () => {
    await expect(withLock(file, async () => {}, 1)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
  });
});
