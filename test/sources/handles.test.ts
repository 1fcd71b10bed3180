import { readdirSync, truncateSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { storedZstd } from '../support/zstd.js';
import { faultOf, open, PROPERTY, partitionsOf, readPartition, useFolder } from './reading.js';

const folder = useFolder();

/** About two megabytes of text, by the ending and how it is stored. */
const LONG: [ending: string, content: Buffer, encoding: string][] = (() => {
  const text = '{"n":1}\n'.repeat(250_000);
  return [
    ['.ndjson', Buffer.from(text), 'utf-8'],
    ['.ndjson.gz', gzipSync(text, { level: 0 }), 'utf-8'],
    ['.ndjson.zst', storedZstd(text), 'utf-8'],
    ['.utf16.ndjson', Buffer.from(text, 'utf16le'), 'utf-16le'],
  ];
})();

test.each(LONG.slice(1))(
  'reading on in the midst of %s stops when the signal comes',
  async (...[ending, content, encoding]) => {
    const source = open({ type: 'ndjson', path: folder.newFile(ending, content), encoding });
    const [partition] = (await partitionsOf(source)).partitions;
    const controller = new AbortController();
    const handle = await openFile(partition.input);
    const { read } = Object.getPrototypeOf(handle);
    let reads = 0;
    const spy = vi.spyOn(Object.getPrototypeOf(handle), 'read').mockImplementation(function (
      this: unknown,
      ...args
    ) {
      if (++reads === 6) controller.abort(new Error('asked to stop'));
      return read.apply(this, args);
    });
    try {
      const reading = source.read(partition, 1_999_992, controller.signal)[Symbol.asyncIterator]();
      await expect(reading.next()).rejects.toThrow('asked to stop');
    } finally {
      spy.mockRestore();
      await handle.close();
    }
    // The block that is under way when the signal comes may be filled, and no more. There are more than twice as many.
    expect(reads).toBeLessThanOrEqual(16);
  },
);

test.each(LONG)(
  'no handle stays open whatever ends the reading of %s',
  PROPERTY,
  async (...[ending, content, encoding]) => {
    const source = open({ type: 'ndjson', path: folder.newFile(ending, content), encoding });
    const [partition] = (await partitionsOf(source)).partitions;
    const changed = folder.newFile(ending, content);
    const other = open({ type: 'ndjson', path: changed, encoding });
    const [stale] = (await partitionsOf(other)).partitions;
    truncateSync(changed, 300_000);
    const handles = () => readdirSync('/proc/self/fd').length;
    const before = handles();
    for (let i = 0; i < 100; i++) {
      const controller = new AbortController();
      for await (const _ of source.read(partition, 0, controller.signal)) break;
      const stopped = async () => {
        for await (const _ of source.read(partition, 0, controller.signal))
          controller.abort(new Error('stop'));
      };
      await expect(stopped()).rejects.toThrow('stop');
      expect(await faultOf(() => readPartition(other, stale))).toMatchObject({ code: 'input_changed' });
    }
    expect(handles()).toBe(before);
  },
);
