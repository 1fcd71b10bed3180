import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { DirtyEntry } from '../../src/dirty/entry.js';
import { entryFiles, readEntries } from '../../src/dirty/folder/reader.js';
import { missing } from './support/arrived.js';
import { noteFault } from './support/faulty-run.js';
import { isDirty, rowAt } from './support/rows.js';
import { useScene } from './support/scene.js';
import { SmallDisk } from './support/small-disk.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
const ROWS = 100_000;
const DIRTY_EVERY = 20;
/** Room for a part of the dirty records, and for all of them. */
const SMALL_KIB = 512;
const ENOUGH_KIB = 64 * 1024;

let disk: SmallDisk | undefined;
afterEach(async () => {
  await disk?.unmount();
  disk = undefined;
});

it.each(TRANSPORTS)(
  'by %s, a disk that is full under the dirty store ends the run at its watermark, and retry completes it once there is room',
  async (transport) => {
    const { client, folder } = scene.bench;
    const small = await SmallDisk.mount(join(folder, 'dirty'), SMALL_KIB);
    disk = small;
    await scene.startWorker();
    const run = await scene.migrate({
      rows: ROWS,
      transport,
      dirtyEvery: DIRTY_EVERY,
      dirty: { mode: 'keep', path: small.path },
      settings: { partitionSize: '64 MiB', errorLimit: { records: ROWS } },
    });
    const failed = await run.end();

    expect(failed).toMatchObject({ state: 'failed', error: { code: 'dirty_store_failed', fault: 'world' } });
    expect(failed.error?.message).toContain('the disk is full');
    expect(failed.error?.mend).toContain('Make room');
    const { read, written, dirty } = failed.records;
    expect(read).toBe(written + dirty);
    expect(dirty).toBeGreaterThan(0);
    expect(read).toBeLessThan(ROWS);
    // One partition: these are the first rows of the file.
    const before = await run.arrived();
    expect(missing(before, { upTo: read, dirtyEvery: DIRTY_EVERY })).toEqual([]);
    expect(before.messages - written).toBeLessThanOrEqual(failed.duplicatesAtMost);
    const keptBefore = await keptRows(failed.dirtyStore);
    expect(keptBefore.slice(0, dirty)).toEqual(dirtyRows(read));

    await small.resize(ENOUGH_KIB);
    const again = run.goneOnWith(await client.retry(run.run));
    const recovery = await again.secondsToMove(Promise.resolve(written));
    const end = await again.endsComplete();
    expect(await keptRows(end.report.dirtyStore)).toEqual(dirtyRows(ROWS));
    // By the name server, brokers are asked what has arrived.
    if (transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
    await noteFault('diskFull', end, { recoverySeconds: recovery });
  },
);

/** The rows that the store holds, by their numbers, in the order of the file. */
async function keptRows(store = ''): Promise<(number | undefined)[]> {
  const entries: DirtyEntry[] = [];
  for (const file of await entryFiles(store)) {
    for await (const entry of readEntries(file, { mayEndEarly: false })) entries.push(entry);
  }
  return entries.map(({ position }) => rowAt(Number(position)));
}

const dirtyRows = (rows: number) =>
  Array.from({ length: rows }, (_, n) => n).filter((n) => isDirty(n, DIRTY_EVERY));
