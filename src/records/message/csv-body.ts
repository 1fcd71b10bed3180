import { type RecordFault, userFault } from '../../job/fault.js';
import type { Sink } from '../../job/schema/sink.js';
import { csvField } from './csv-line.js';

/** Makes a line of CSV from the texts of a record's fields, one after another. */
export interface CsvWriter {
  /** A field; undefined where it would need quotes and the job wants none. */
  readonly field: (text: string | null) => string | undefined;
  readonly delimiter: string;
  /** The line that every message begins with, with its line end; nothing if the job wants none. */
  readonly header: string;
}

/**
 * What a job's CSV bodies are made with.
 * @throws Fault the user's, if a name in the header would need quotes and the job wants none
 */
export function csvWriter({ csv }: Sink, names: readonly string[]): CsvWriter {
  return {
    field: csvField(csv),
    delimiter: csv.delimiter,
    header: csv.header ? `${headerLine(csv, names)}\n` : '',
  };
}

function headerLine(csv: Sink['csv'], names: readonly string[]): string {
  const { quoting, delimiter } = csv;
  // A name is never null: whatever stands for null is a name like any other.
  const field = csvField({ ...csv, nullText: '' });
  return names
    .map((name) => {
      const text = field(name);
      if (text !== undefined) return text;
      throw userFault(
        'needs_quotes',
        `The name ${JSON.stringify(name)} can not stand in a header of CSV without quotes.`,
        `Rename the field, or set sink.csv.quoting to minimal (it is ${quoting}; the delimiter is ${JSON.stringify(delimiter)}).`,
      );
    })
    .join(delimiter);
}

export function needsQuotes(name: string): RecordFault {
  return {
    code: 'needs_quotes',
    message: `the value of ${JSON.stringify(name)} can not be told from others without quotes, and sink.csv.quoting is none`,
  };
}

/** A reader takes an empty line for none at all, and the broker takes no empty message. */
export const EMPTY_LINE: RecordFault = {
  code: 'empty_line',
  message:
    'its line of CSV would be empty; with a text in sink.csv.nullText (or, for empty text, with quotes: sink.csv.quoting) it is not',
};
