/**
 * Texts, which stay as they are, and names of fields that are numbers without quotes. A text that does not end is one too:
 * else what comes behind it would be looked through again from each of its quotes.
 */
const TEXT_OR_NUMBER_NAME = /"(?:[^"\\]|\\.)*"?|([{,]\s*)(\d+)(\s*:)/g;

/** JSON as RocketMQ's servers write it here and there: names of fields that are numbers have no quotes. Undefined if it is none. */
export function parseLooseJson(text: string): unknown {
  const strict = text.replaceAll(TEXT_OR_NUMBER_NAME, (all, before, number, after) =>
    number === undefined ? all : `${before}"${number}"${after}`,
  );
  try {
    return JSON.parse(strict);
  } catch {
    return undefined;
  }
}
