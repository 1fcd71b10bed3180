import { expect, test } from 'vitest';
import { fileId } from '../../src/sources/files/fingerprint.js';

const FINGERPRINT = { size: 1, mtimeNs: '1', sample: 'x' };

test('ids are taken for no option by any command', () => {
  const ids = Array.from({ length: 1000 }, (_, n) => fileId(`/data/${n}.csv`, FINGERPRINT));
  for (const id of ids) expect(id).toMatch(/^\w[\w-]{11}$/);
  expect(new Set(ids).size).toBe(1000);
});

test.each([{ size: 2 }, { mtimeNs: '2' }, { sample: 'y' }])('another file has another one: %j', (change) => {
  expect(fileId('/data/a.csv', { ...FINGERPRINT, ...change })).not.toBe(fileId('/data/a.csv', FINGERPRINT));
});
