import type { Limit } from '../job/error-limit.js';
import type { Rate } from '../job/schema/job.js';
import type { Tuning } from './definitions.js';

/** As in the schema of jobs, of which workflow code may take types only. */
const MOST_PARALLEL = 256;

/** What is wrong with a change of settings, in a sentence; undefined if nothing is. */
export function tuningMistake({ rate, parallelism, errorLimit }: Tuning): string | undefined {
  for (const part of [rate, errorLimit] as unknown[]) {
    // What comes from the Temporal UI may have any form.
    if (part !== undefined && (typeof part !== 'object' || part === null)) {
      return 'rate and errorLimit must be objects, such as { records: 1000 }.';
    }
  }
  if (rate === undefined && parallelism === undefined && errorLimit === undefined) {
    return 'Nothing is to be changed: rate, parallelism and errorLimit are all missing.';
  }
  if (parallelism !== undefined && !isWhole(parallelism, 1, MOST_PARALLEL)) {
    return `parallelism must be a whole number from 1 to ${MOST_PARALLEL}.`;
  }
  for (const amount of [rate?.records, rate?.bytes]) {
    if (amount !== undefined && amount !== null && !(Number.isFinite(amount) && amount > 0)) {
      return 'A rate must be a number above 0 a second, or null for none.';
    }
  }
  const { records, ratio } = errorLimit ?? {};
  if (records !== undefined && !isWhole(records, 0, Number.MAX_SAFE_INTEGER)) {
    return 'errorLimit.records must be a whole number, 0 or more.';
  }
  if (ratio !== undefined && ratio !== null && !(ratio >= 0 && ratio <= 1)) {
    return 'errorLimit.ratio must be a number from 0 to 1, or null for none.';
  }
  return undefined;
}

const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

/** `5000 records/s, 1048576 bytes/s`, or `none`. */
export function rateText(rate: Rate | undefined): string {
  const { records, bytes } = rate ?? {};
  const parts = [
    ...(records === undefined ? [] : [`${records} records/s`]),
    ...(bytes === undefined ? [] : [`${bytes} bytes/s`]),
  ];
  return parts.join(', ') || 'none';
}

/** `100 dirty records`, `100 dirty records or 0.001 of those read`, or `none`. */
export function limitText({ records, ratio }: Limit): string {
  if (records === Number.MAX_SAFE_INTEGER && ratio === undefined) return 'none';
  return `${records} dirty records${ratio === undefined ? '' : ` or ${ratio} of those read`}`;
}
