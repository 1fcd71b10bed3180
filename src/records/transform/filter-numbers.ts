import { DECIMAL, INTEGER } from '../values/values.js';

const MAX_INT = 2n ** 63n - 1n;

/** The int of a text of digits; undefined if it is none, or has more than 64 bits. */
export function int64(digits: string): bigint | undefined {
  // 64 bits take 20 characters at most; what is longer would cost much.
  if (digits.length > 20 || !INTEGER.test(digits)) return undefined;
  return within64(BigInt(digits));
}

const within64 = (value: bigint) => (value <= MAX_INT && value >= -MAX_INT - 1n ? value : undefined);

/**
 * What `int` gives in a filter. The library's own takes an empty text for 0, and other bases.
 * @throws {TypeError} if a value is no int, and can't be made one
 */
export function toInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string') return int64(value) ?? refuse('int');
  if (typeof value === 'number' && Number.isFinite(value)) {
    return within64(BigInt(Math.trunc(value))) ?? refuse('int');
  }
  return refuse('int');
}

/**
 * What `double` gives in a filter: of a text only what is a decimal column's value as well.
 * @throws {TypeError} if a value is no double, and can't be made one
 */
export function toDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : refuse('double');
}

function refuse(type: string): never {
  throw new TypeError(`the value is no ${type}`);
}
