export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

const isOneOf = (characters: string): readonly boolean[] =>
  Array.from({ length: 256 }, (_, byte) => characters.includes(String.fromCharCode(byte)));

/** Whether a byte ends a bare word: separators, what starts another value, white space. */
export const ENDS_WORD = isOneOf('",[]{} \t\n\r');

/** Whether a byte can be the first one of a JSON value. */
export const STARTS_VALUE = isOneOf('{["-0123456789tfn');
