import { userFault } from '../../job/fault.js';
import type { CsvSource } from '../../job/schema/source.js';
import { CR, LF } from './line-end.js';
import { quotedFields } from './quoted-fields.js';

/**
 * Sees to it that the names of columns hold no line ends, unless they are quoted: else lines end in another way than the
 * job says.
 * @throws Fault the user's `line_ends`
 */
export function checkLineEnds(
  columns: readonly string[],
  header: Buffer,
  path: string,
  spec: CsvSource,
): void {
  const [hint] = lineEndHints(header, spec);
  if (hint === undefined) return;
  const quoted = quotedFields(header, spec);
  const index = columns.findIndex((name, i) => !quoted[i] && /[\r\n]/.test(name));
  if (index === -1) return;
  const kind = columns[index].includes('\r') ? 'carriage return' : 'line feed';
  throw userFault('line_ends', `Column ${index + 1} of ${path} has a ${kind} in its name`, hint);
}

/** What to do if the bytes that were taken for a header hold line ends that the job does not take for such; at most one. */
export function lineEndHints(header: Buffer, { lineEnd }: CsvSource): string[] {
  const cr = header.indexOf(CR);
  const isCrlf = cr !== -1 && cr === header.length - 1;
  if (lineEnd !== 'auto' && (isCrlf || header.includes(LF))) {
    return ['If lines end in LF or CRLF, leave source.lineEnd out: that is the default.'];
  }
  return cr === -1 ? [] : ['If lines end in CR alone, set source.lineEnd: cr.'];
}
