/**
 * Files of rows of the same length, `id,text`: where a row stands, which id its record has and what its message says
 * follow from its number alone, so that a test knows without the project's help what must arrive.
 */
const HEADER = 'id,text\n';
const FIRST_ID = 1_000_000;
const row = (n: number, id = String(FIRST_ID + n)) => `${id},some text of row ${FIRST_ID + n}\n`;
const ROW_BYTES = row(0).length;

/** Which rows of a file are dirty: all those whose number it divides, or none. */
export type DirtyEvery = number | undefined;

export const isDirty = (n: number, every: DirtyEvery): boolean => every !== undefined && n % every === 0;

/** The columns of such a file, for a job. */
export const COLUMNS = { id: 'integer' } as const;

/** Such a file. @param rows at most nine million */
export const textOf = (rows: number, dirtyEvery?: DirtyEvery): string =>
  HEADER +
  Array.from({ length: rows }, (_, n) =>
    isDirty(n, dirtyEvery) ? row(n, `x${String(n).padStart(6, '0')}`) : row(n),
  ).join('');

/** Bytes of such a file. */
export const bytesOf = (rows: number): number => HEADER.length + rows * ROW_BYTES;

/** The body of the message that row `n` becomes. */
export const bodyOf = (n: number): string =>
  `{"id":${FIRST_ID + n},"text":"some text of row ${FIRST_ID + n}"}`;

/** The number of the row that starts at a byte of the file; undefined where none does. */
export function rowAt(offset: number): number | undefined {
  const n = (offset - HEADER.length) / ROW_BYTES;
  return Number.isInteger(n) && n >= 0 ? n : undefined;
}
