/** Taking records apart must not keep everything else in the process waiting. */
import { setImmediate } from 'node:timers';
import { expect, test } from 'vitest';
import { source as sourceSchema } from '../../src/job/schema/source.js';
import { csvFormat } from '../../src/sources/csv/format.js';
import { cutRecords } from '../../src/sources/files/cut.js';
import { fileEncoding } from '../../src/sources/files/encodings/file-encoding.js';
import { OpenFile } from '../../src/sources/files/open-file.js';
import { Pause } from '../../src/sources/files/pause.js';
import { Window } from '../../src/sources/files/window.js';
import { LineCutter } from '../../src/sources/ndjson/line-cutter.js';
import { useFolder } from './reading.js';

const folder = useFolder();
const MIB = 1024 * 1024;

/** What is set as soon as anything else has its turn. */
function watchTurn(): { hasCome: boolean } {
  const turn = { hasCome: false };
  setImmediate(() => {
    turn.hasCome = true;
  });
  return turn;
}

test('a pause is due after some time, and lets everything else have its turn', async () => {
  let now = 0;
  let asked = 0;
  const pause = new Pause(
    () => {
      asked++;
    },
    () => now,
  );
  const isDueWithin = (records: number) =>
    Array.from({ length: records }, () => pause.isDue()).includes(true);
  expect(isDueWithin(1000)).toBe(false);
  now = 100;
  expect(isDueWithin(1000)).toBe(true);
  const turn = watchTurn();
  await pause.take();
  expect(turn.hasCome).toBe(true);
  expect(asked).toBe(1);
  expect(isDueWithin(1000)).toBe(false);
});

test('a pause ends with what says that there is nothing more to do', async () => {
  const pause = new Pause(() => {
    throw new Error('asked to stop');
  });
  await expect(pause.take()).rejects.toThrow('asked to stop');
});

test('reading from memory alone notices that it is to stop', async () => {
  const block = Buffer.alloc(MIB, '{}\n');
  let blocks = 128;
  const input = {
    async readInto(target: Buffer, index: number) {
      if (blocks-- === 0) return 0;
      return block.copy(target, index, 0, target.length - index);
    },
    async close() {},
  };
  const window = new Window(input, 0, MIB, Infinity);
  const controller = new AbortController();
  setImmediate(() => controller.abort(new Error('asked to stop')));
  const lost = () => {
    throw new Error('nothing is lost in lines');
  };
  const reading = async () => {
    for await (const _ of cutRecords(window, new LineCutter(1000), Infinity, 1000, controller.signal, lost));
  };
  await expect(reading()).rejects.toThrow('asked to stop');
});

test('looking for the end of a partition in one long block notices that it is to stop', async () => {
  const size = 48 * MIB;
  const path = folder.file('rows.csv', Buffer.alloc(size, '1,2\n'));
  const spec = sourceSchema.parse({ type: 'csv', path });
  if (spec.type !== 'csv') throw new Error('no CSV');
  const encoding = fileEncoding('utf-8', undefined);
  const file = await OpenFile.open(path, { blockSize: size, encoding }, () => {});
  try {
    let asked = 0;
    const border = csvFormat(spec).border(file, 0, size - 100, () => {
      // Once before the block is read, which is all there is.
      if (++asked > 1) throw new Error('asked to stop');
    });
    await expect(border).rejects.toThrow('asked to stop');
  } finally {
    await file.close();
  }
});
