import { InvalidArgumentError } from 'commander';

/** A whole number, 0 or more, as an option's value. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}

/** The same, but not 0. */
export function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return number;
}
