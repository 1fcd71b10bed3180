/** The rules of the CSV reader once more, slow and plain, to compare it with. Bytes stand as Latin-1 text. */
export interface ReferenceRecord {
  readonly offset: number;
  readonly raw: string;
  readonly kind: 'good' | 'stray_quote' | 'unclosed_quote' | 'record_too_long';
}

export function referenceRecords(content: string, from: number, max: number): ReferenceRecord[] {
  const records: ReferenceRecord[] = [];
  for (let at = from; at < content.length; ) {
    const blank = /^\r?\n|^\r$/.exec(content.slice(at));
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const { kind, length, lineEnd } = referenceRecord(content.slice(at), max);
    const raw = content.slice(at, at + length);
    records.push({ offset: at, raw: raw.length > max ? raw.slice(0, Math.min(65536, max)) : raw, kind });
    at += length + lineEnd.length;
  }
  return records;
}

interface Ending {
  readonly kind: ReferenceRecord['kind'];
  readonly length: number;
  readonly lineEnd: string;
}

function referenceRecord(text: string, max: number): Ending {
  const field = '(?:"(?:[^"]|"")*"|(?!")[^,\\n]*?)';
  const wellFormed = new RegExp(`^${field}(?:,${field})*(\\r?\\n|$)`).exec(text);
  if (wellFormed) {
    const lineEnd = wellFormed[1];
    const length = wellFormed[0].length - lineEnd.length;
    if (length + (lineEnd.length > 1 ? 1 : 0) <= max) {
      const unquoted = wellFormed[0].replace(/(^|,)"(?:[^"]|"")*"(?=,|\r?\n|$)/g, '$1');
      return { kind: unquoted.includes('"') ? 'stray_quote' : 'good', length, lineEnd };
    }
  }
  // The longest record with the byte that might be its line feed tells what is wrong.
  const kind = brokenKind(text.slice(0, max + 1), text.length <= max);
  const lf = kind === 'record_too_long' ? text.indexOf('\n', max + 1) : text.indexOf('\n');
  if (lf === -1) return { kind, length: text.length, lineEnd: '' };
  const hasCr = lf <= max && text[lf - 1] === '\r';
  return { kind, length: hasCr ? lf - 1 : lf, lineEnd: hasCr ? '\r\n' : '\n' };
}

/** Goes field by field through what is not a record. */
function brokenKind(seen: string, isAll: boolean): ReferenceRecord['kind'] {
  let rest = seen;
  for (;;) {
    if (rest.startsWith('"')) {
      const closed = /^"(?:[^"]|"")*"(?!")/.exec(rest);
      const atLimit = closed && closed[0].length === rest.length && !isAll;
      if (!closed || atLimit) return 'unclosed_quote';
      rest = rest.slice(closed[0].length);
      if (rest === '\r' && !isAll) return 'record_too_long';
      if (!/^(?:,|\r?\n|$)/.test(rest)) return 'stray_quote';
    } else {
      rest = rest.replace(/^[^,\n]*/, '');
    }
    if (!rest.startsWith(',')) return 'record_too_long';
    rest = rest.slice(1);
  }
}
