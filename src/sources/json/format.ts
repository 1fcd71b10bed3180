import { userFault } from '../../job/fault.js';
import type { JsonSource } from '../../job/source-schema.js';
import { JsonFileBatch } from '../files/batch.js';
import type { Beginning, FileFormat } from '../files/format.js';
import type { Window } from '../files/window.js';
import { ElementCutter } from './element-cutter.js';
import { checkObjects } from './object-check.js';
import { afterWhiteSpace } from './white-space.js';

/** One array of objects. It can't be split: only who has read all before a brace knows what it closes. */
export function jsonFormat({ maxRecordSize }: JsonSource): FileFormat {
  return {
    maxRecordSize,
    begin: readBeginning,
    cutter: (first) => new ElementCutter(maxRecordSize, first),
    border: async () => Infinity,
    batch: (cut, file) => {
      checkObjects(cut, cut.faults);
      return new JsonFileBatch(cut, file, cut);
    },
  };
}

async function readBeginning(window: Window, from: number, path: string): Promise<Beginning> {
  let at = afterWhiteSpace(window.buffer, from);
  while (at === window.buffer.length && !window.atEnd) {
    await window.more(at);
    at = afterWhiteSpace(window.buffer, 0);
  }
  const first = window.buffer.toString('latin1', at, at + 1);
  if (first === '' || first === '[') return { start: window.base + at };
  throw userFault(
    'not_an_array',
    `${path} does not hold an array of objects: it does not begin with [`,
    first === '{'
      ? 'If it holds one object a line, set source.type to ndjson; if the array stands inside an object, take it out.'
      : 'Check source.path and source.type.',
  );
}
