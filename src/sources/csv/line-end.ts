import type { CsvSource } from '../../job/schema/source.js';
import { CR, LF } from '../files/bytes.js';

/** What ends a line: one byte, and what a carriage return before it means. */
export interface LineEnd {
  /** The only byte, or the last one. */
  readonly last: number;
  /** Whether a carriage return before it is part of the line end; else it belongs to the record. */
  readonly takesCr: boolean;
  /** Whether there is no line end without a carriage return. */
  readonly needsCr: boolean;
}

export function lineEndOf({ lineEnd }: CsvSource): LineEnd {
  switch (lineEnd) {
    case 'auto':
      return { last: LF, takesCr: true, needsCr: false };
    case 'lf':
      return { last: LF, takesCr: false, needsCr: false };
    case 'crlf':
      return { last: LF, takesCr: true, needsCr: true };
    case 'cr':
      return { last: CR, takesCr: false, needsCr: false };
    default:
      return { last: lineEnd.charCodeAt(0), takesCr: false, needsCr: false };
  }
}

/** A line end that no record holds outside of quotes, and that takes nothing from the record before it. */
export function separatorOf({ last, needsCr }: LineEnd): string {
  return (needsCr ? '\r' : '') + String.fromCharCode(last);
}

/** @returns index of the last byte of the first line end whose last byte stands at `from` or behind it; -1 if there is none */
export function indexOfLineEnd(buffer: Buffer, from: number, { last, needsCr }: LineEnd): number {
  let at = buffer.indexOf(last, from);
  if (needsCr) while (at !== -1 && buffer[at - 1] !== CR) at = buffer.indexOf(last, at + 1);
  return at;
}

/**
 * @param stop index behind the last byte to look at
 * @returns index behind the line end that starts at `at`; -1 if none does
 */
export function afterLineEnd(buffer: Buffer, at: number, stop: number, lineEnd: LineEnd): number {
  const { last, takesCr, needsCr } = lineEnd;
  if (buffer[at] === last && !needsCr) return at + 1;
  return takesCr && buffer[at] === CR && at + 1 < stop && buffer[at + 1] === last ? at + 2 : -1;
}

/** @returns index behind the line ends that stand at `from` */
export function afterBlankLines(buffer: Buffer, from: number, lineEnd: LineEnd, atEnd: boolean): number {
  let at = from;
  while (at < buffer.length) {
    const next = afterLineEnd(buffer, at, buffer.length, lineEnd);
    if (next === -1) break;
    at = next;
  }
  // Where a carriage return may stand before a line feed, one alone makes no record of the file's end.
  const isBlankEnd = atEnd && lineEnd.takesCr && !lineEnd.needsCr && at === buffer.length - 1;
  return isBlankEnd && buffer[at] === CR ? buffer.length : at;
}

/** Where the record at `start` ends, the last byte of whose line end stands at `at`. */
export function beforeLineEnd(buffer: Buffer, start: number, at: number, { takesCr }: LineEnd): number {
  return takesCr && at > start && buffer[at - 1] === CR ? at - 1 : at;
}

/** Whether a line end may have begun with the last byte before `stop`. */
export function isCutAt(buffer: Buffer, stop: number, { takesCr }: LineEnd): boolean {
  return takesCr && buffer[stop - 1] === CR;
}
