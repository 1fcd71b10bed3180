import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

/** The worker is a process of its own, which lets jobs use one folder. */
const bench = useBench({ worker: false });
const stack = inject('stack');
let worker: WorkerProcess;
const allowed = (...names: string[]) => join(bench.folder, 'data', ...names);

beforeAll(async () => {
  await mkdir(allowed());
  await mkdir(join(bench.folder, 'private'));
  worker = await startWorkerProcess(bench.taskQueue, {
    env: { ROCKETLIFT_ALLOW_READ: allowed(), ROCKETLIFT_ALLOW_DIRTY: allowed() },
  });
});
afterAll(() => worker.end('SIGTERM'));

const bodies = async (topic: string) =>
  (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();

describe('names and values that mean something to others', () => {
  const cells = ["=cmd|' /C calc'!A0", '+1+1', '-2', '@SUM(1)'];

  it('arrive from CSV', async () => {
    const topic = await bench.topic();
    const path = allowed('__proto__.csv');
    await writeFile(
      path,
      `__proto__,constructor,=x\n${cells.map((cell) => `${cell},c,${cell}`).join('\n')}\n`,
    );
    const report = await bench.run(
      bench.job({
        source: { type: 'csv', path },
        sink: { topic, keyFields: ['constructor'], properties: { toString: '${__proto__}' } },
      }),
    );
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 4, written: 4, dirty: 0, filtered: 0 },
    });
    expect(report.inputs).toMatchObject([{ name: path, read: 4, written: 4 }]);
    expect(await bodies(topic)).toEqual(
      cells.map((cell) => `{"__proto__":"${cell}","constructor":"c","=x":"${cell}"}`).sort(),
    );
    const messages = await readTopic(stack, topic);
    expect(messages.map(({ properties }) => Reflect.get(properties, 'toString')).sort()).toEqual(
      [...cells].sort(),
    );
    expect(messages.every(({ keys }) => keys[0] === 'c')).toBe(true);
  });

  it('arrive from JSON, and are renamed, dropped and masked', async () => {
    const topic = await bench.topic();
    const path = allowed('constructor.ndjson');
    const inner = '{"prototype":{"polluted":true}}';
    await writeFile(
      path,
      `{"__proto__":{"polluted":1},"constructor":${inner},"toString":"=1+1","valueOf":"secret"}\n`,
    );
    const report = await bench.run(
      bench.job({
        source: { type: 'ndjson', path },
        sink: { topic },
        transform: [
          { filter: 'record["__proto__"].polluted == 1' },
          { rename: { toString: 'hasOwnProperty' } },
          { drop: ['__proto__'] },
          { mask: { valueOf: { keepLast: 2 } } },
        ],
      }),
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 1, written: 1 } });
    expect(await bodies(topic)).toEqual([
      `{"constructor":${inner},"hasOwnProperty":"=1+1","valueOf":"****et"}`,
    ]);
  });
});

describe('a worker that lets jobs use one folder', () => {
  it.each([
    ['a path that leads out by ..', '../private/orders.csv'],
    ['a macro that leads out', "${dateformat('../private/orders')}.csv"],
    ['a link that leads out', 'link.csv'],
    ['a glob that comes to one', 'l*.csv'],
    ['a glob of a linked folder', 'linked/*.csv'],
  ])('refuses %s, and sends nothing', async (_, path) => {
    await writeFile(join(bench.folder, 'private/orders.csv'), 'id\n1\n');
    await symlink('../private/orders.csv', allowed('link.csv')).catch(() => undefined);
    await symlink('../private', allowed('linked')).catch(() => undefined);
    const topic = await bench.topic();
    const job = bench.job({ source: { type: 'csv', path: `${allowed()}/${path}` }, sink: { topic } });
    const report = await bench.run(job);
    expect(report).toMatchObject({
      state: 'failed',
      error: { code: 'folder_not_allowed', fault: 'user', mend: expect.stringContaining('--allow-read') },
      records: { read: 0 },
    });
    expect(await countTopic(stack, topic)).toBe(0);
  });

  it('keeps dirty records there, and nowhere else', async () => {
    const topic = await bench.topic();
    const path = allowed('dirty.csv');
    await writeFile(path, 'id\n1\nx\n');
    const run = (folder: string) =>
      bench.run(
        bench.job({
          source: { type: 'csv', path, columns: { id: 'integer' } },
          sink: { topic },
          dirty: { mode: 'keep', path: folder },
        }),
      );
    expect(await run(`${allowed()}/../private/dirty`)).toMatchObject({
      state: 'failed',
      error: { code: 'folder_not_allowed', fault: 'user', mend: expect.stringContaining('--allow-dirty') },
    });
    expect(await readdir(join(bench.folder, 'private'))).not.toContain('dirty');
    expect(await run(allowed('dirty'))).toMatchObject({
      state: 'completed',
      records: { written: 1, dirty: 1 },
    });
  });

  it('refuses a job that is too large for as many partitions at once, before it starts any', async () => {
    const topic = await bench.topic();
    const path = allowed('wide.csv');
    const names = Array.from({ length: 300 }, (_, i) => `column_${'x'.repeat(200)}_${i}`);
    await writeFile(path, `${names.join(',')}\n`);
    const run = (parallelism: number) =>
      bench.run(bench.job({ source: { type: 'csv', path }, sink: { topic }, settings: { parallelism } }));
    expect(await run(64)).toMatchObject({
      state: 'failed',
      error: { code: 'job_too_large', fault: 'user', mend: expect.stringContaining('settings.parallelism') },
    });
    expect(await run(20)).toMatchObject({ state: 'completed', records: { read: 0 } });
  });
});
