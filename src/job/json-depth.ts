/** How deep arrays and objects may lie in each other: far deeper than readers of messages take. */
export const MAX_JSON_DEPTH = 100_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** With this bit set, a bracket is the brace of its kind. */
const BRACE_BIT = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Whether a JSON text is nested too deep. `JSON.parse` takes any depth, but some fifty bytes of memory a level: to be asked
 * before it is called. Where the text is no JSON, the answer is the same whenever it is asked.
 */
export function isTooDeep(json: string): boolean {
  return json.length > MAX_JSON_DEPTH && openers(json) > MAX_JSON_DEPTH && depth(json) > MAX_JSON_DEPTH;
}

/** Brackets and braces that open, those in strings as well: most texts have fewer than may lie in each other. */
function openers(json: string): number {
  let count = 0;
  for (let at = 0; at < json.length; at++) {
    if ((json.charCodeAt(at) | BRACE_BIT) === OPEN_BRACE) count++;
  }
  return count;
}

function depth(json: string): number {
  let deepest = 0;
  let open = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) inString = !inString;
    else if (inString) {
      if (code === BACKSLASH) at++;
    } else if ((code | BRACE_BIT) === OPEN_BRACE) {
      open++;
      if (open > deepest) deepest = open;
    } else if ((code | BRACE_BIT) === CLOSE_BRACE) open--;
  }
  return deepest;
}
