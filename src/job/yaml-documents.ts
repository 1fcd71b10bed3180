import { Composer, type CST, type Document, type LineCounter, Parser } from 'yaml';
import { MAX_DEPTH } from './document-shape.js';

/** Where a text is nested too deep. */
export interface TooDeep {
  readonly offset: number;
}

/**
 * The YAML documents in a text, mistakes included. Depth is looked at before anything is made of the text: the library
 * follows it by recursion, which ends the process where it meets the end of the stack in a regular expression.
 */
export function parseDocuments(text: string, lines: LineCounter): Document.Parsed[] | TooDeep {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const offset = tooDeepAt(tokens);
  if (offset !== undefined) return { offset };
  // Not unique keys: see repeatedKeys.
  const options = { lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false };
  const composer = new Composer(options);
  return [...composer.compose(tokens)];
}

/** Offset of the first list or object that lies too deep. */
function tooDeepAt(tokens: readonly CST.Token[]): number | undefined {
  // Not by recursion, which is what must not be.
  let level = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return level[0].offset;
    level = level.flatMap(inside);
  }
  return undefined;
}

/** The lists and objects that are parts of one. */
function inside(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? collections([token.value]) : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => collections([key, value]));
}

function collections(parts: readonly (CST.Token | null | undefined)[]): CST.Token[] {
  return parts.filter((part): part is CST.Token => part != null && 'items' in part);
}
