import type { NdjsonSource } from '../../job/schema/source.js';
import { JsonFileBatch } from '../files/batch.js';
import { LF } from '../files/bytes.js';
import type { FileFormat } from '../files/format.js';
import type { OpenFile } from '../files/open-file.js';
import { checkObjects } from '../json/object-check.js';
import { afterWhiteSpace } from '../json/white-space.js';
import { LineCutter } from './line-cutter.js';

/** One JSON object a line. */
export function ndjsonFormat({ maxRecordSize }: NdjsonSource): FileFormat {
  return {
    maxRecordSize,
    syntax: '',
    begin: async (window, from) => ({ start: window.base + from }),
    cutter: () => new LineCutter(maxRecordSize),
    border: (file, _start, target, alive) => lineBorder(file, target, alive),
    batch: (cut, text, file) => {
      checkObjects(text, cut.faults);
      return new JsonFileBatch(cut, file, text);
    },
  };
}

/**
 * The start of the first record behind a line end at or behind `target`. A line feed always ends a record, so that
 * nothing before the target has to be read.
 */
async function lineBorder(file: OpenFile, target: number, alive: () => void): Promise<number> {
  const { size } = file.fingerprint;
  const window = target < size ? await file.window(target - 1, size, alive) : undefined;
  if (!window) return size;
  for (let isLineStart = false; ; ) {
    const lineEnd: number = isLineStart ? -1 : window.buffer.indexOf(LF);
    isLineStart ||= lineEnd !== -1;
    const at = isLineStart ? afterWhiteSpace(window.buffer, lineEnd + 1) : window.buffer.length;
    if (at < window.buffer.length) return window.base + at;
    if (window.atEnd) return size;
    alive();
    await window.more(window.buffer.length);
  }
}
