import type { Position } from '../../job/report.js';

/** A position in a file, taken apart. */
export interface Place {
  /** Byte offset in the content: decompressed, byte order mark included. */
  readonly offset: number;
  /** What a cutter has to know to go on there; 0 is the usual, and all there is in most formats. */
  readonly context: number;
}

/** A position is the offset alone wherever the context is the usual one, else both: `1048576/2`. */
export const positionOf = (offset: number, context: number): Position =>
  context === 0 ? offset : `${offset}/${context}`;

export function placeOf(position: Position): Place {
  if (typeof position === 'number') return { offset: position, context: 0 };
  const [, offset, context] = /^(\d+)\/(-?\d+)$/.exec(position) ?? [];
  if (offset === undefined) throw new TypeError(`not a position in a file: ${position}`);
  return { offset: Number(offset), context: Number(context) };
}
