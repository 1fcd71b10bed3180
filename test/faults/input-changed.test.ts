import { open, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { missing } from './support/arrived.js';
import { noteFault } from './support/faulty-run.js';
import { bytesOf, textOf } from './support/rows.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
const ROWS = 150_000;
/** Of the input, in seconds since 1970: whole, so that it can be put back to the nanosecond. */
const TIME = 1_700_000_000;

describe.each(TRANSPORTS)('by %s,', (transport) => {
  it.each([
    [
      'truncated',
      'inputTruncated',
      'shrank',
      (path: string) => truncate(path, Math.floor(bytesOf(ROWS) * 0.6) + 7),
    ],
    ['appended to', 'inputAppended', 'grew', (path: string) => writeFile(path, '1,more\n', { flag: 'a' })],
    ['replaced by as many other bytes', 'inputReplaced', 'was modified', shout],
  ] as const)(
    'an input that is %s half-way ends the run, and retry completes it once it is as it was',
    async (_, fault, how, change) => {
      const { client } = scene.bench;
      await scene.startWorker();
      const run = await scene.migrate({
        rows: ROWS,
        time: TIME,
        transport,
        settings: { partitionSize: '64 MiB' },
      });
      await run.isBeyond(ROWS / 10);
      await change(run.path);
      const failed = await run.end();

      expect(failed).toMatchObject({ state: 'failed', error: { code: 'input_changed', fault: 'user' } });
      expect(failed.error?.message).toContain(run.path);
      expect(failed.error?.message).toContain(how);
      const { read, written } = failed.records;
      expect(failed.records).toEqual({ read, written: read, dirty: 0, filtered: 0 });
      // One partition: what was written is the beginning of the file.
      const before = await run.arrived();
      expect(missing(before, { upTo: written })).toEqual([]);
      expect(before.messages - written).toBeLessThanOrEqual(failed.duplicatesAtMost);

      await writeFile(run.path, textOf(ROWS));
      await utimes(run.path, TIME, TIME);
      const again = run.goneOnWith(await client.retry(run.run));
      const recovery = await again.secondsToMove(Promise.resolve(written));
      const end = await again.endsComplete();
      // By the name server, brokers are asked what has arrived.
      if (transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
      await noteFault(fault, end, { recoverySeconds: recovery });
    },
  );
});

/** Writes the text of all rows in capitals, into the file as it is. */
async function shout(path: string): Promise<void> {
  const text = (await readFile(path, 'utf8')).replaceAll('some text', 'SOME TEXT');
  const file = await open(path, 'r+');
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
