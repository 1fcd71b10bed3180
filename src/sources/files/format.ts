import type { RecordBatch } from '../source.js';
import type { FileContext } from './batch.js';
import type { Cut, RecordBytes } from './cut.js';
import type { Cutter } from './cutter.js';
import type { FileEncoding } from './encodings/file-encoding.js';
import type { OpenFile } from './open-file.js';
import type { Window } from './window.js';

/** What stands before a file's records. */
export interface Beginning {
  /** Where the search for records starts. */
  readonly start: number;
  /** Names of the columns; absent if the file has none, or the format does not. */
  readonly columns?: readonly string[];
}

/** The file whose beginning is read. */
export interface BeginningFile {
  readonly path: string;
  readonly encoding: FileEncoding;
  /** Called now and then; throws to stop. */
  alive(): void;
}

/** What a kind of file knows that others do not. All that they share stands beside this file. */
export interface FileFormat {
  /** Longest record, in bytes. */
  readonly maxRecordSize: number;
  /**
   * The ASCII characters other than controls that take a file apart: where none of them can be a part of another
   * character, a file is taken apart in its own encoding. Absent where its text does, too.
   */
  readonly syntax?: string;
  /**
   * Reads what stands before the records.
   * @param from index in the window where the content starts, behind a byte order mark
   * @throws Fault the user's if the file is not as the job says
   */
  begin(window: Window, from: number, file: BeginningFile): Promise<Beginning>;
  /**
   * @param first whether the search begins where the records start, not behind one of them
   * @param context what {@link Cutter.context} was behind the one before; 0 unless given
   */
  cutter(first: boolean, context?: number): Cutter;
  /**
   * The first place at or behind `target` where a file may be split; its end if there is none.
   * @param start a place where it may be split
   * @param alive called now and then; throws to stop
   */
  border(file: OpenFile, start: number, target: number, alive: () => void): Promise<number>;
  /** @param text the records of the cut in UTF-8 */
  batch(cut: Cut, text: RecordBytes, file: FileContext, columns: readonly string[] | undefined): RecordBatch;
}
