import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { partitionInput } from '../../src/activities/partition-input.js';
import { validateConnection } from '../../src/activities/validate-connection.js';
import type { PartitionPage } from '../../src/sources/source.js';
import { useBench } from '../support/migration.js';

const bench = useBench({ worker: false });

const environment = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

const csvJob = async (name: string, content: string, settings = {}) => {
  const path = await bench.file(name, content);
  return bench.job({ source: { type: 'csv', path }, sink: { topic: 'orders' }, settings });
};

describe('validateConnection', () => {
  it('gives the job with its defaults, the columns and the size of the source', async () => {
    const { document, job } = await csvJob('valid.csv', 'id,name\n1,a\n');
    expect(await environment().run(validateConnection, { job: document, storeRun: 'job/run' })).toEqual({
      job,
      columns: ['id', 'name'],
      sourceBytes: 12,
      topics: [{ topic: 'orders', layout: [{ broker: 'broker-a', queues: 8 }] }],
      warnings: [],
    });
  });

  it('warns of a rate that is shared among more partitions than a worker writes at once', async () => {
    const wide = { rate: { records: '1000/s' }, parallelism: 64 };
    const { document } = await csvJob('wide.csv', 'id\n1\n', wide);
    const warnings = [expect.stringContaining('among 64 partitions')];
    const validate = (job: unknown) => environment().run(validateConnection, { job, storeRun: 'job/run' });
    expect(await validate(document)).toMatchObject({ warnings });
    const { document: unlimited } = await csvJob('wide.csv', 'id\n1\n', { parallelism: 64 });
    expect(await validate(unlimited)).toMatchObject({ warnings: [] });
  });

  it.each([
    [{ name: 'x', sorce: 1 }, 'invalid_job'],
    [
      { name: 'x', source: { type: 'csv', path: 'relative.csv' }, sink: { endpoints: 'a:1', topic: 't' } },
      'invalid_job',
    ],
  ])('refuses %j for good', async (job, type) => {
    const refused = environment().run(validateConnection, { job, storeRun: 'job/run' });
    await expect(refused).rejects.toMatchObject({
      type,
      nonRetryable: true,
      details: [{ code: type, fault: 'user' }],
    });
  });
});

describe('partitionInput', () => {
  it('gives pages that follow one another and cover the files without a gap', async () => {
    const rows = Array.from({ length: 1000 }, (_, n) => `${n},text`).join('\n');
    const { job } = await csvJob('pages.csv', `id,name\n${rows}\n`, { partitionSize: '1 KiB' });
    const partitions = [];
    let page: PartitionPage | undefined;
    do {
      const input = { job, cursor: page?.next, limit: 3, first: partitions.length };
      page = (await environment().run(partitionInput, input)) as PartitionPage;
      expect(page.partitions.length).toBeLessThanOrEqual(3);
      partitions.push(...page.partitions);
    } while (page.next !== undefined);
    expect(partitions.map(({ index }) => index)).toEqual(partitions.map((_, index) => index));
    const size = Buffer.byteLength(`id,name\n${rows}\n`);
    expect(partitions.reduce((sum, { sourceBytes }) => sum + sourceBytes, 0)).toBe(size);
    const starts = partitions.map(({ start }) => Number(start));
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
  });

  it('ends the run when a file is gone', async () => {
    const { job } = await csvJob('gone.csv', 'id\n1\n');
    const gone = { ...job, source: { ...job.source, path: `${bench.folder}/not-there.csv` } };
    await expect(environment().run(partitionInput, { job: gone, limit: 1, first: 0 })).rejects.toMatchObject({
      type: 'file_not_found',
      nonRetryable: true,
    });
  });
});
