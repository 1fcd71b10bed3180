/** The members of a JSON object: names, and values as they stand in the text. */
export interface Members {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Takes the members of an object apart without reading their values, because `JSON.parse` would round long numbers.
 * @param json one valid JSON object without white space around it; what it does with anything else is undefined
 */
export function members(json: string): Members {
  const names: string[] = [];
  const values: string[] = [];
  let at = skipSpace(json, 1);
  while (json.charCodeAt(at) === QUOTE) {
    const nameEnd = stringEnd(json, at);
    const name = json.slice(at + 1, nameEnd - 1);
    names.push(name.includes('\\') ? (JSON.parse(json.slice(at, nameEnd)) as string) : name);
    // Behind the name: white space, a colon, white space.
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = valueEnd(json, start);
    values.push(json.slice(start, end));
    at = skipSpace(json, end);
    if (json.charCodeAt(at) === COMMA) at = skipSpace(json, at + 1);
  }
  return { names, values };
}

/** The elements of an array as they stand in the text. @param json as for {@link members}, but an array */
export function elements(json: string): string[] {
  const found: string[] = [];
  let at = skipSpace(json, 1);
  while (json[at] !== ']') {
    const end = valueEnd(json, at);
    found.push(json.slice(at, end));
    at = skipSpace(json, end);
    if (json.charCodeAt(at) === COMMA) at = skipSpace(json, at + 1);
  }
  return found;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (isSpace(json.charCodeAt(at))) at++;
  return at;
}

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** The offset behind the string that starts at `from`. */
function stringEnd(json: string, from: number): number {
  let at = json.indexOf('"', from + 1);
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1);
  return at + 1;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** The offset behind the value that starts at `from`. */
function valueEnd(json: string, from: number): number {
  let depth = 0;
  let at = from;
  for (;;) {
    switch (json[at]) {
      case '"':
        at = stringEnd(json, at);
        if (depth === 0) return at;
        continue;
      case '{':
      case '[':
        depth++;
        break;
      case '}':
      case ']':
        // With depth 0 this closes the object itself, right behind a number, true, false or null.
        if (depth === 0) return at;
        if (--depth === 0) return at + 1;
        break;
      case ',':
        if (depth === 0) return at;
        break;
      default:
        if (depth === 0 && isSpace(json.charCodeAt(at))) return at;
    }
    at++;
  }
}
