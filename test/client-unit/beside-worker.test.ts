import { expect, test } from 'vitest';
import { besideWorker } from '../../src/cli/beside-worker.js';
import { worldFault } from '../../src/job/fault.js';

const failed = { stop: () => Promise.reject(new Error('14 UNAVAILABLE: tcp connect error')) };

test('what the work says is not hidden by the worker that failed with it', async () => {
  const fault = worldFault('worker_ended', 'The worker of this run has ended.', 'Start another one.');
  await expect(besideWorker(failed, () => Promise.reject(fault))).rejects.toBe(fault);
});

test('a worker that fails as it ends is told of', async () => {
  await expect(besideWorker(failed, async () => 0)).rejects.toThrow('tcp connect error');
});

test('the worker is there until the work is done, and ends then, also where that fails', async () => {
  const order: string[] = [];
  const worker = {
    stop: async () => {
      order.push('stopped');
    },
  };
  const work = async () => {
    order.push('worked');
    return 4;
  };
  expect(await besideWorker(worker, work)).toBe(4);
  await expect(
    besideWorker(worker, () => work().then(() => Promise.reject(new Error('no')))),
  ).rejects.toThrow('no');
  expect(order).toEqual(['worked', 'stopped', 'worked', 'stopped']);
});
