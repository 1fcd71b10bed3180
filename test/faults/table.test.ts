import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type FaultRow, faultTable, missingRows, withRows } from './support/table.js';

const row: FaultRow = {
  fault: 'rocketmqKilled',
  transport: 'proxy',
  records: 100_000,
  lost: 0,
  duplicates: 5,
  duplicatesAtMost: 1_000,
  recoverySeconds: 2.345,
  retries: 7,
};
const LINE = '| RocketMQ killed (SIGKILL) | proxy | 100,000 | 0 | 5 | 1,000 | 2.3 | 7 |';
const EMPTY = 'before\n<!-- faults: begin -->\n<!-- faults: end -->\nafter\n';

it('a row says what the test found', () => {
  expect(faultTable([row]).split('\n')[2]).toBe(LINE);
});

it('new rows take the place of old ones, in the order of the table, and the rest stays', () => {
  const once = withRows(EMPTY, [row, { ...row, fault: 'temporalKilled' }]);
  const twice = withRows(once, [
    { ...row, retries: 8 },
    { ...row, fault: 'workerKilled', times: 5, transport: 'nameserver' },
  ]);
  const lines = twice.split('\n');
  expect(lines.slice(0, 2)).toEqual(['before', '<!-- faults: begin -->']);
  expect(lines.slice(4, 7)).toEqual([
    expect.stringContaining('| worker killed (SIGKILL), 5 times | name server | 100,000 |'),
    LINE.replace('7 |', '8 |'),
    expect.stringMatching(/^\| Temporal restarted \(SIGKILL\) /),
  ]);
  expect(lines.slice(7)).toEqual(['<!-- faults: end -->', 'after', '']);
});

it('docs/reliability.md has a row for every fault', async () => {
  const document = await readFile(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
  expect(missingRows(document)).toEqual([]);
});
