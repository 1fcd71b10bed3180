import { userFault } from '../../job/fault.js';
import type { CsvSource } from '../../job/schema/source.js';
import { CR, LF } from '../files/bytes.js';
import type { FirstRecord } from './first-record.js';
import { lineEndOf } from './line-end.js';
import { quotedFields } from './quoted-fields.js';

const KINDS: Readonly<Record<number, string>> = { [CR]: 'carriage return', [LF]: 'line feed' };
const DEFAULT = 'If lines end in LF or CRLF, leave source.lineEnd out: that is the default.';

/**
 * Sees to it that the first record of a file shows no line ends of another kind than the job says: none in a field that
 * is not quoted (of a file without a header only where they show that it is read wrongly), and none behind its own line end, where it would become a part of the next record.
 * @throws Fault the user's `line_ends`
 */
export function checkLineEnds(first: FirstRecord, path: string, spec: CsvSource): void {
  const { raw, values, byteBehind } = first;
  if (!raw || !values) return;
  const behind = byteBehind !== undefined && KINDS[byteBehind];
  const { last } = lineEndOf(spec);
  if (behind && last !== LF && byteBehind !== last) {
    throw userFault(
      'line_ends',
      `A ${behind} stands behind the first line end of ${path}, as source.lineEnd has it`,
      `${DEFAULT} Else take the ${behind}s behind line ends out of the file.`,
    );
  }
  const [hint] = lineEndHints(raw, spec);
  if (hint === undefined) return;
  const quoted = quotedFields(raw, spec);
  const index = values.findIndex((value, i) => !quoted[i] && /[\r\n]/.test(value));
  if (index === -1) return;
  // A record that fits may hold a line end of another kind as text; a name never does, nor a last field at its end.
  const fits = values.length > 1 && values.length === Object.keys(spec.columns).length;
  if (!spec.header && fits && raw.at(-1) !== CR) return;
  const kind = values[index].includes('\r') ? KINDS[CR] : KINDS[LF];
  const where = spec.header
    ? `Column ${index + 1} of ${path} has a ${kind} in its name`
    : `Field ${index + 1} of the first record of ${path} has a ${kind} in it`;
  throw userFault('line_ends', where, `${hint} If it belongs to the text, put the field in quotes.`);
}

/** What to do if the bytes of a first record hold line ends that the job does not take for such; at most one. */
export function lineEndHints(raw: Buffer, { lineEnd }: CsvSource): string[] {
  const cr = raw.indexOf(CR);
  const isCrlf = cr !== -1 && cr === raw.length - 1;
  if (lineEnd !== 'auto' && (isCrlf || raw.includes(LF))) return [DEFAULT];
  return cr === -1 ? [] : ['If lines end in CR alone, set source.lineEnd: cr.'];
}
