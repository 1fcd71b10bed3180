import { readdirSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadJobFile } from '../../src/client/load-job-file.js';

describe('every example is a valid job', () => {
  test.each(readdirSync('examples').filter((name) => /\.(ya?ml|json)$/.test(name)))('%s', async (name) => {
    const { job, paths } = await loadJobFile(join('examples', name));
    expect(job.source.path).toBe(resolve('examples', paths[0]));
  });
});

test('the demo reads the file that the demo makes', async () => {
  const { job } = await loadJobFile('examples/orders.yaml');
  expect(job).toMatchObject({
    name: 'orders',
    source: {
      path: resolve('.rocketlift/demo/orders.csv'),
      columns: { order_id: { type: 'integer', required: true } },
    },
    sink: { endpoints: '127.0.0.1:8081', topic: 'orders', tag: 'import', keyFields: ['order_id'] },
    settings: { errorLimit: { records: 10 } },
  });
});

describe('a file that can not be read', () => {
  const unreadable = (message: string) =>
    expect.objectContaining({
      code: 'job_file_unreadable',
      fault: 'user',
      message: expect.stringContaining(message),
    });

  test('is not there', async () =>
    await expect(loadJobFile('no/such.yaml')).rejects.toThrow(unreadable('there is no such file')));

  test('is a folder', async () =>
    await expect(loadJobFile('examples')).rejects.toThrow(unreadable('a folder')));

  test('is not UTF-8', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'rocketlift-')), 'job.yaml');
    await writeFile(path, Buffer.from([0x6e, 0x61, 0xe4, 0x3a]));
    await expect(loadJobFile(path)).rejects.toThrow(unreadable('not UTF-8'));
  });
});
