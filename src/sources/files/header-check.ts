import { createHash } from 'node:crypto';
import { userFault } from '../../job/fault.js';

/** A header that others are compared with, small enough to be part of a cursor. */
export interface KnownHeader {
  /** The file it was first seen in. */
  readonly path: string;
  readonly hash: string;
}

/** Sees to it that all files of a job have the same columns in the same order. */
export class HeaderCheck {
  known: KnownHeader | undefined;
  /** The columns, once a file with a header has been checked by this object. */
  columns: readonly string[] | undefined;

  constructor(known?: KnownHeader) {
    this.known = known;
  }

  /**
   * @param columns of the file at `path`; undefined if it has no header
   * @throws Fault the user's `header_differs`
   */
  check(path: string, columns: readonly string[] | undefined): void {
    if (!columns) return;
    const hash = createHash('sha256').update(JSON.stringify(columns)).digest('base64url').slice(0, 16);
    this.known ??= { path, hash };
    if (hash !== this.known.hash) {
      throw userFault(
        'header_differs',
        `The header of ${path} differs from that of ${this.known.path}`,
        'Files of one job must have the same columns in the same order. Move each kind of file by a job of its own.',
      );
    }
    this.columns ??= columns;
  }
}
