import type { JsonSource } from '../../job/schema/source.js';
import { JsonFileBatch } from '../files/batch.js';
import type { Beginning, BeginningFile, FileFormat } from '../files/format.js';
import type { Window } from '../files/window.js';
import { DocumentCutter } from './document-cutter.js';
import { checkObjects } from './object-check.js';
import { levelsOf } from './record-path.js';
import { afterWhiteSpace } from './white-space.js';

/** JSON documents. A file can't be split: only who has read all before a brace knows what it closes. */
export function jsonFormat({ maxRecordSize, recordPath }: JsonSource): FileFormat {
  const levels = levelsOf(recordPath ?? []);
  return {
    maxRecordSize,
    // A path has names in it, which may be any text.
    ...(recordPath === undefined && { syntax: '{}[]",:\\' }),
    begin: readBeginning,
    cutter: (first, context = 0) => new DocumentCutter(maxRecordSize, levels, first ? undefined : context),
    border: async () => Infinity,
    batch: (cut, text, file) => {
      checkObjects(text, cut.faults);
      return new JsonFileBatch(cut, file, text);
    },
  };
}

async function readBeginning(window: Window, from: number, { alive }: BeginningFile): Promise<Beginning> {
  let at = afterWhiteSpace(window.buffer, from);
  while (at === window.buffer.length && !window.atEnd) {
    alive();
    await window.more(at);
    at = afterWhiteSpace(window.buffer, 0);
  }
  return { start: window.base + at };
}
