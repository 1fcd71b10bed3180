import type { CsvSource } from '../../job/schema/source.js';
import { FileBatch, type FileContext } from '../files/batch.js';
import { type Cut, skipOverlong } from '../files/cut.js';
import { Found } from '../files/cutter.js';
import type { FileFormat } from '../files/format.js';
import type { OpenFile } from '../files/open-file.js';
import { Pause } from '../files/pause.js';
import type { TextBatch } from '../source.js';
import { readBeginning } from './beginning.js';
import { type Dialect, dialectOf, syntaxOf } from './dialect.js';
import { RecordScanner } from './record-scanner.js';
import { parseValues, type Values } from './values.js';

/** CSV whose columns are named by a header, or in their order by the job. */
export function csvFormat(spec: CsvSource): FileFormat {
  const dialect = dialectOf(spec);
  const { maxRecordSize } = spec;
  return {
    maxRecordSize,
    syntax: syntaxOf(spec),
    begin: (window, from, file) => readBeginning(window, from, file, spec),
    cutter: () => new RecordScanner(dialect, maxRecordSize),
    border: (file, start, target, alive) => csvBorder(file, dialect, maxRecordSize, start, target, alive),
    batch: (cut, text, file, columns = []) =>
      new CsvBatch(cut, file, columns, parseValues(text, cut.faults, spec, columns.length)),
  };
}

class CsvBatch extends FileBatch implements TextBatch {
  readonly shape = 'text';
  readonly columns: readonly string[];
  readonly #rows: readonly (Values | undefined)[];

  constructor(
    cut: Cut,
    file: FileContext,
    columns: readonly string[],
    rows: readonly (Values | undefined)[],
  ) {
    super(cut, file);
    this.columns = columns;
    this.#rows = rows;
  }

  values(i: number): Values {
    const row = this.#rows[i];
    if (!row) throw new Error(`${this.place(i)}: a dirty record has no values`);
    return row;
  }
}

/**
 * The start of the first record at or behind `target` that has one before it. Whether a line end stands in quotes is known only to who has
 * read all before it, so there is no jumping to the target.
 */
async function csvBorder(
  file: OpenFile,
  dialect: Dialect,
  maxRecordSize: number,
  start: number,
  target: number,
  alive: () => void,
): Promise<number> {
  const { size } = file.fingerprint;
  const window = target < size ? await file.window(start, size, alive) : undefined;
  if (!window) return size;
  const scanner = new RecordScanner(dialect, maxRecordSize);
  const pause = new Pause(alive);
  let isFirst = true;
  for (let from = 0; ; ) {
    if (pause.isDue()) await pause.take();
    const found = scanner.find(window.buffer, from, window.atEnd);
    if (found === Found.END) return size;
    if (found === Found.MORE) {
      alive();
      await window.more(scanner.next);
      from = 0;
    } else if (window.base + scanner.start >= target && !isFirst) {
      return window.base + scanner.start;
    } else {
      isFirst = false;
      from = found === Found.OVERLONG ? await skipOverlong(window, scanner, alive) : scanner.next;
    }
  }
}
