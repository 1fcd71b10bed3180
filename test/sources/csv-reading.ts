import type { Source } from '../../src/sources/source.js';
import { open, outcome, readAll, useFolder } from './reading.js';

/** What tests of CSV files do again and again. */
export function useCsv() {
  const folder = useFolder();
  /** A file of its own with that content, as a source. @param more fields of the source */
  const csv = (content: string | Uint8Array, more: Record<string, unknown> = {}): Source =>
    open({ type: 'csv', path: folder.newFile('.csv', content), ...more });
  return {
    folder,
    csv,
    /** What comes of each record of such a file. */
    async read(content: string | Uint8Array, more: Record<string, unknown> = {}): Promise<unknown[]> {
      return (await readAll(csv(content, more))).map(outcome);
    },
  };
}
