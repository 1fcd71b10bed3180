import { z } from 'zod';

const SIZE_UNITS: Record<string, number> = {
  B: 1,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

const DURATION_UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

// No flag for letter case: flags get lost in the JSON Schema, and editors would then refuse "64 MiB".
const SIZE = /^(\d+(?:\.\d+)?)\s*([kKmMgG][iI]?[bB]|[bB])$/;
const PER_SECOND = /\s*\/\s*s$/;
const RECORD_RATE = /^(\d+(?:\.\d+)?)\s*\/\s*s$/;
const BYTE_RATE = /^(\d+(?:\.\d+)?)\s*([kKmMgG][iI]?[bB]|[bB])\s*\/\s*s$/;
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;

/** Bytes of a size such as `64 MiB`, `1.5 GB` or `512 B`; undefined if it is none. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text.trim());
  return match ? Math.round(Number(match[1]) * SIZE_UNITS[match[2].toUpperCase()]) : undefined;
}

/** Milliseconds of a duration such as `30s`, `5m`, `24h` or `500ms`; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text.trim());
  return match ? Math.round(Number(match[1]) * DURATION_UNITS[match[2]]) : undefined;
}

/** Records a second of a rate such as `50000/s`; undefined if it is none. */
export function parseRecordRate(text: string): number | undefined {
  const match = RECORD_RATE.exec(text.trim());
  return match ? Number(match[1]) : undefined;
}

/** Bytes a second of a rate such as `20 MiB/s`; undefined if it is none. */
export function parseByteRate(text: string): number | undefined {
  const trimmed = text.trim();
  return BYTE_RATE.test(trimmed) ? parseSize(trimmed.replace(PER_SECOND, '')) : undefined;
}

/** A text with a unit, or a plain number of the base unit. */
function quantity(
  title: string,
  parse: (text: string) => number | undefined,
  expected: string,
  pattern: RegExp,
) {
  return z
    .union(
      [
        z.number().int({ error: expected }).nonnegative({ error: expected }),
        z.string().regex(pattern, { error: expected }),
      ],
      {
        error: expected,
      },
    )
    .transform((value) => (typeof value === 'number' ? value : (parse(value) as number)))
    .meta({ title });
}

/** A size in the job file: `64 MiB`, or a number of bytes. */
export const size = () => quantity('size', parseSize, 'a size such as "64 MiB", or a number of bytes', SIZE);

/** A duration in the job file: `30s`, or a number of milliseconds. */
export const duration = () =>
  quantity(
    'duration',
    parseDuration,
    'a duration such as "30s", "5m" or "24h", or a number of milliseconds',
    DURATION,
  );

/** Records a second in the job file: `50000/s`, or a number. */
export const recordRate = () => {
  const expected = 'records a second, more than none, such as "50000/s"';
  return quantity('rate', parseRecordRate, expected, RECORD_RATE).refine((rate) => rate > 0, {
    error: expected,
  });
};

/** Bytes a second in the job file: `20 MiB/s`, or a number of bytes. */
export const byteRate = () => {
  const expected = 'bytes a second, more than none, such as "20 MiB/s"';
  return quantity('byte rate', parseByteRate, expected, BYTE_RATE).refine((rate) => rate > 0, {
    error: expected,
  });
};
