import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { epochMilliseconds, timestampReader } from '../../src/records/values/timestamp.js';

const ZONES = [
  ...['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Africa/Casablanca'],
  ...['Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu', 'Europe/Dublin', 'Antarctica/Troll'],
];

describe('a timestamp without a format', () => {
  const read = timestampReader({});

  it.each([
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05Z'],
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04', '2026-01-02T03:04:00Z'],
    ['2026-01-02T03:04:05.123456+08:00', '2026-01-02T03:04:05.123456+08:00'],
    ['2026-01-02T03:04:05.100Z', '2026-01-02T03:04:05.100Z'],
    ['2026-01-02T03:04:05,123456789Z', '2026-01-02T03:04:05.123456789Z'],
    ['2026-01-02t03:04:05z', '2026-01-02T03:04:05Z'],
    ['2026-01-02 03:04:05+08', '2026-01-02T03:04:05+08:00'],
    ['2026-01-02 03:04:05-0330', '2026-01-02T03:04:05-03:30'],
    ['1890-01-02 03:04:05+080543', '1890-01-02T03:04:05+08:05:43'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['2000-02-29T23:59:59Z', '2000-02-29T23:59:59Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00Z'],
  ])('%s is %s', (text, iso) => {
    expect(read(text)).toBe(iso);
  });

  it.each([
    ...['', 'x', '2026-01-02', '03:04:05', '20260102T030405Z', '2026-01-02T03', '1767323045'],
    ...['2025-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-00-01T00:00:00Z'],
    ...['2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-32T00:00:00Z', '2026-01-02T24:00:00Z'],
    ...[
      '2026-01-02T03:60:00Z',
      '2016-12-31T23:59:60Z',
      '2026-01-02T03:04:05.Z',
      '2026-01-02T03:04:05.1234567890Z',
    ],
    ...['2026-01-02T03:04:05+24:00', '2026-01-02T03:04:05+08:60', '2026-01-02T03:04:05 +08:00'],
    ...[' 2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z\n', '+02026-01-02T03:04:05Z', '2026-1-2T03:04:05Z'],
    '２０２６-01-02T03:04:05Z',
  ])('%j is none', (text) => {
    expect(read(text)).toBeUndefined();
  });
});

describe('a timestamp with a format', () => {
  it.each([
    ['dd.MM.yyyy HH:mm:ss.SSSSSS', '02.01.2026 03:04:05.123450', '2026-01-02T03:04:05.123450+08:00'],
    ['yyyyMMddHHmmss', '20260102030405', '2026-01-02T03:04:05+08:00'],
    ['yyyyMMddHHmmssSSS', '20260102030405006', '2026-01-02T03:04:05.006+08:00'],
    ['yyyy-MM-dd', '2026-01-02', '2026-01-02T00:00:00+08:00'],
    ['MM/dd/yyyy HH:mm', '01/02/2026 03:04', '2026-01-02T03:04:00+08:00'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2026-01-02T03:04:05-05:00', '2026-01-02T03:04:05-05:00'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    [
      "'o''clock' HH '' [dd](MM){yyyy}.*+?^$|\\/",
      "o'clock 03 ' [02](01){2026}.*+?^$|\\/",
      '2026-01-02T03:00:00+08:00',
    ],
    ['yyyy年MM月dd日', '2026年01月02日', '2026-01-02T00:00:00+08:00'],
  ])('%s reads %s as %s', (format, text, iso) => {
    expect(timestampReader({ format, timezone: 'Asia/Shanghai' })(text)).toBe(iso);
  });

  it.each([
    ['yyyy-MM-dd HH:mm:ss', '2026-01-02T03:04:05'],
    ['yyyy-MM-dd HH:mm:ss', '2026-01-02 03:04:05.1'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2026-01-02 03:04:05.12'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2026-01-02 03:04:05.1234'],
    ['yyyy.MM.dd', '2026-01-02'],
    ['yyyy-MM-dd', '2026-02-30'],
    ['yyyy-MM-dd HH', '2026-01-02 24'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2026-01-02T03:04:05+0800'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2026-01-02T03:04:05'],
  ])('%s refuses %s', (format, text) => {
    expect(timestampReader({ format })(text)).toBeUndefined();
  });
});

describe('a time zone', () => {
  it.each([
    ['Etc/UTC', '2026-07-01T00:00:00', 'Z'],
    ['Europe/London', '2026-01-01T00:00:00', '+00:00'],
    ['Europe/London', '2026-07-01T00:00:00', '+01:00'],
    ['Europe/Berlin', '2026-10-25T01:59:59', '+02:00'],
    // It comes twice.
    ['Europe/Berlin', '2026-10-25T02:30:00', '+02:00'],
    ['Europe/Berlin', '2026-10-25T03:00:00', '+01:00'],
    // The clock skips it.
    ['Europe/Berlin', '2026-03-29T02:00:00', undefined],
    ['Europe/Berlin', '2026-03-29T02:59:59', undefined],
    ['Europe/Berlin', '2026-03-29T03:00:00', '+02:00'],
    // A whole day is skipped.
    ['Pacific/Apia', '2011-12-30T12:00:00', undefined],
    ['Asia/Kolkata', '2026-01-01T00:00:00', '+05:30'],
  ])('%s: %s has the offset %s', (timezone, wall, offset) => {
    expect(timestampReader({ timezone })(wall)).toBe(offset && `${wall}${offset}`);
  });

  it('does not matter where the text has an offset', () => {
    expect(timestampReader({ timezone: 'Europe/Berlin' })('2026-03-29T02:30:00-05:00')).toBe(
      '2026-03-29T02:30:00-05:00',
    );
  });

  it('gives the offsets that Temporal gives, in any order of times, near a change of clocks and far from it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant(), aroundAChange(), (zone, nanoseconds, seconds) => {
        const there = new Temporal.ZonedDateTime(nanoseconds, zone);
        const change = seconds === undefined ? undefined : there.getTimeZoneTransition('next');
        const wall = (change ?? there).toPlainDateTime().add({ seconds: change ? seconds : 0 });
        const time = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
        const text = wall.toString({ smallestUnit: 'nanosecond' });
        const expected = time.toPlainDateTime().equals(wall) ? `${text}${time.offset}` : undefined;
        const read = timestampReader({ timezone: zone });
        // What is known of the time before and after a change must not be taken for what is between.
        for (const days of [30, 0, -30, 0]) {
          const given = read(wall.add({ days }).toString({ smallestUnit: 'nanosecond' }));
          if (days === 0) expect(given).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  }, 30_000);
});

it('is the same instant for whoever reads it, in any format', () => {
  const pad = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const writers: Record<string, (time: Temporal.ZonedDateTime) => string> = {
    yyyy: ({ year }) => pad(year, 4),
    MM: ({ month }) => pad(month),
    dd: ({ day }) => pad(day),
    HH: ({ hour }) => pad(hour),
    mm: ({ minute }) => pad(minute),
    ss: ({ second }) => pad(second),
    SSSSSSSSS: ({ millisecond, microsecond, nanosecond }) =>
      pad(millisecond, 3) + pad(microsecond, 3) + pad(nanosecond, 3),
    XXX: ({ offset }) => offset,
  };
  const parts = fc.shuffledSubarray(Object.keys(writers), { minLength: 8 });
  const between = fc.constantFrom('', ' ', '-', '/', "'at'", "''", '.');
  const offset = fc.integer({ min: -1439, max: 1439 });
  fc.assert(
    fc.property(instant(), offset, parts, between, (nanoseconds, minutes, names, text) => {
      const zone = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
      const time = new Temporal.ZonedDateTime(nanoseconds, zone);
      const literal = text === "''" ? "'" : text.replaceAll("'", '');
      const read = timestampReader({ format: names.join(text) });
      const iso = read(names.map((name) => writers[name](time)).join(literal));
      expect(iso && Temporal.Instant.from(iso).epochNanoseconds).toBe(nanoseconds);
      expect(iso && epochMilliseconds(iso)).toBe(time.epochMilliseconds);
    }),
  );
});

it.each(['Asia/Shanghai', 'Africa/Casablanca'])(
  'knows the instant of old times of %s, whose offset has seconds',
  (timezone) => {
    const iso = timestampReader({ timezone })('1890-01-02T03:04:05.5');
    expect(iso && epochMilliseconds(iso)).toBe(iso && Temporal.Instant.from(iso).epochMilliseconds);
    expect(iso).toMatch(/\.5[+-]\d\d:\d\d:\d\d$/);
  },
);

/** Nanoseconds since 1970, from the year 1 to 9998: every wall-clock time has four digits of a year. */
function instant(): fc.Arbitrary<bigint> {
  const day = 86_400_000_000_000n;
  const wide = fc.bigInt({ min: -719_000n * day, max: 2_932_000n * day });
  const recent = fc.bigInt({ min: -30_000n * day, max: 30_000n * day });
  return fc.oneof(wide, recent);
}

/** Seconds from a change of clocks, or undefined for a time anywhere. */
function aroundAChange(): fc.Arbitrary<number | undefined> {
  return fc.option(
    fc.oneof(fc.integer({ min: -4000, max: 4000 }), fc.constantFrom(-3600, -1800, -1, 0, 1, 1800, 3600)),
    {
      nil: undefined,
    },
  );
}
