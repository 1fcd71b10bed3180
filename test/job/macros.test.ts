import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { expandMacros, expandText, findMacroMistakes, findMacros } from '../../src/job/macros/macros.js';
import { expandJob, parseJobText, validateJobDocument } from '../../src/job/parse.js';
import { smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

const at = (text: string) => Date.parse(text);
/** The moment of the examples in the manual of DataArts Migration. */
const MANUAL = at('2017-10-16T09:00:00+08:00');

describe('macros', () => {
  test.each([
    ['${dateformat(yyyy-MM-dd)}', '2017-10-16'],
    ['${dateformat(yyyy/MM/dd)}', '2017/10/16'],
    ['${dateformat(yyyy_MM_dd HH:mm:ss)}', '2017_10_16 09:00:00'],
    ['${dateformat(yyyy-MM-dd HH:mm:ss, -1, DAY)}', '2017-10-15 09:00:00'],
    ['${dateformat(yyyy-MM-dd HH:mm:ss,-1,HOUR)}', '2017-10-16 08:00:00'],
    ['${dateformat(yyyy-MM-dd HH:mm:ss, -1, MINUTE)}', '2017-10-16 08:59:00'],
    ['${dateformat(yyyy-MM-dd HH:mm:ss, -1, SECOND)}', '2017-10-16 08:59:59'],
    ['${dateformat(yyyy-MM-dd HH:mm:ss, +1, YEAR)}', '2018-10-16 09:00:00'],
    ['${timestamp()}', '1508115600000'],
    ['${timestamp(-10, MINUTE)}', '1508115000000'],
  ])('%s is what the manual of DataArts Migration says', (text, expected) => {
    expect(expandText(text, MANUAL, 'Asia/Shanghai')).toBe(expected);
  });

  test.each([
    ['y yy yyy yyyyy', '2026 26 2026 02026'],
    ['M MM', '3 03'],
    ['d dd H HH m mm s ss', '4 04 5 05 6 06 7 07'],
    ['S SSS SSSSS', '8 008 00008'],
    ["yyyy'T'HH", '2026T05'],
    ["yyyy''MM", "2026'03"],
    ["'o''clock'", "o'clock"],
    ["dd','MM", '04,03'],
  ])('the format %s gives as many digits as SimpleDateFormat does', (format, expected) => {
    expect(expandText(`\${dateformat(${format})}`, at('2026-03-04T05:06:07.008Z'), 'UTC')).toBe(expected);
  });

  test.each([
    // A month that is too short gives its last day.
    ['2026-03-31T12:00:00Z', 'UTC', '-1,MONTH', '2026-02-28 12'],
    ['2024-03-31T12:00:00Z', 'UTC', '-1,MONTH', '2024-02-29 12'],
    ['2024-02-29T12:00:00Z', 'UTC', '-1,YEAR', '2023-02-28 12'],
    // Clocks in Berlin are put forward on 29 March 2026 at 2, and back on 25 October at 3.
    ['2026-03-29T10:00:00Z', 'Europe/Berlin', '-1,DAY', '2026-03-28 12'],
    ['2026-03-29T10:00:00Z', 'Europe/Berlin', '-24,HOUR', '2026-03-28 11'],
    ['2026-10-25T11:00:00Z', 'Europe/Berlin', '-1,DAY', '2026-10-24 12'],
    // A day further the clock has no 02:30: Java and Temporal go on to 03:30.
    ['2026-03-28T01:30:00Z', 'Europe/Berlin', '1,DAY', '2026-03-29 03'],
  ])('%s in %s, %s', (moment, timezone, offset, expected) => {
    expect(expandText(`\${dateformat(yyyy-MM-dd HH,${offset})}`, at(moment), timezone)).toBe(expected);
  });

  it('agree with the clock of the time zone, as the machine knows it', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kathmandu',
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at('2100-01-01T00:00:00Z') }), zones, (moment, timeZone) => {
        const clock = new Intl.DateTimeFormat('en-CA', {
          timeZone,
          ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
          ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
        }).format(moment);
        const text = expandText("${dateformat(yyyy-MM-dd', 'HH:mm:ss)}", moment, timeZone);
        expect(text).toBe(clock);
      }),
    );
  });

  it('agree with Date in UTC for offsets of every unit', () => {
    const units = {
      SECOND: (date: Date, n: number) => date.setUTCSeconds(date.getUTCSeconds() + n),
      MINUTE: (date: Date, n: number) => date.setUTCMinutes(date.getUTCMinutes() + n),
      HOUR: (date: Date, n: number) => date.setUTCHours(date.getUTCHours() + n),
      DAY: (date: Date, n: number) => date.setUTCDate(date.getUTCDate() + n),
      MONTH: addMonths,
      YEAR: (date: Date, n: number) => addMonths(date, 12 * n),
    };
    const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
    const moments = fc.integer({ min: 0, max: at('2100-01-01T00:00:00Z') });
    fc.assert(
      fc.property(moments, fc.integer({ min: -500, max: 500 }), unit, (moment, amount, name) => {
        const date = new Date(moment);
        units[name](date, amount);
        expect(expandText(`\${timestamp(${amount}, ${name})}`, moment, 'UTC')).toBe(String(date.getTime()));
      }),
    );
  });

  it('are filled in once: what comes out holds none, whatever stands around them', () => {
    const format = fc.stringMatching(/^[yMdHmsS/:. '_){(-]{0,12}$/);
    const macro = fc.oneof(
      format.map((text) => `\${dateformat(${text})}`),
      format.map((text) => `\${dateformat(${text},-1,DAY)}`),
      fc.constant('${timestamp()}'),
    );
    const text = fc
      .array(fc.oneof(macro, fc.stringMatching(/^[a-z${}/'(),]{0,4}$/)), { maxLength: 5 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (constant) => {
        const document = { ...smallest(), transform: [{ constant: { text: constant } }] };
        fc.pre(findMacroMistakes(document).length === 0);
        const once = expandMacros(document, MANUAL);
        expect(findMacros(once)).toEqual([]);
        expect(expandMacros(once, 0)).toEqual(once);
      }),
    );
  });
});

/** With the last day of a month that is too short. */
function addMonths(date: Date, months: number): void {
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
}

const job = <T extends object>(over: T) => ({ ...smallest(), ...over });
const parse = (document: object, baseDir = '/base') =>
  parseJobText(JSON.stringify(document), { file: 'orders.json', baseDir });

describe('a job with macros', () => {
  const document = job({
    source: { type: 'csv', path: ['in/${dateformat(yyyy/MM/dd,-1,DAY)}.csv', 'plain.csv'] },
    transform: [{ constant: { day: '${dateformat(yyyyMMdd)}', n: 1 } }, { drop: ['${x}'] }],
    schedule: { cron: '0 2 * * *', timezone: 'Asia/Shanghai' },
  });

  it('keeps them until it is run, and is then filled in for the time zone of its schedule', () => {
    const loaded = parse(document);
    expect(loaded.document).toMatchObject({
      source: { path: ['/base/in/${dateformat(yyyy/MM/dd,-1,DAY)}.csv', '/base/plain.csv'] },
    });
    // The 2nd has begun in Shanghai.
    const run = expandJob(loaded, at('2026-01-01T18:00:00Z'));
    expect(run.paths).toEqual(['in/2026/01/01.csv', 'plain.csv']);
    expect(run.job.source.path).toEqual(['/base/in/2026/01/01.csv', '/base/plain.csv']);
    expect(run.job.transform).toEqual([{ constant: { day: '20260102', n: 1 } }, { drop: ['${x}'] }]);
    expect(run.document).toMatchObject({ name: 'orders', schedule: { timezone: 'Asia/Shanghai' } });
  });

  it('counts in UTC without a schedule', () => {
    const { schedule: _, ...rest } = document;
    expect(expandJob(parse(rest), at('2026-01-01T18:00:00Z')).paths[0]).toBe('in/2025/12/31.csv');
  });

  it.each([
    ['/a[b]', 'x-${dateformat(yyyy)}.csv', '/a[b]/x-2026.csv'],
    ['/a[b]', './x-${dateformat(yyyy)}-*.csv', '/a\\[b\\]/x-2026-*.csv'],
    ['/a', '../${dateformat(yyyy/MM)}/x.csv', '/a/../2026/01/x.csv'],
    ['/', '${dateformat(yyyy)}.csv', '/2026.csv'],
    ['/a', '/x/${dateformat(yyyy)}.csv', '/x/2026.csv'],
  ])('has its paths start at the job file: %s and %s', (baseDir, path, expected) => {
    const loaded = parse(job({ source: { type: 'csv', path } }), baseDir);
    expect(expandJob(loaded, at('2026-01-01T00:00:00Z')).job.source.path).toBe(expected);
  });

  it('is refused where nobody has filled them in', () => {
    const [problem] = problemsOf(() => validateJobDocument(parse(document).document));
    expect(problem.path).toBe('source.path[0]');
    expect(problem.message).toMatch(/holds a macro.*rocketlift start/);
  });

  test.each([
    [
      '${dateFormat(yyyy)}',
      /unknown macro \$\{dateFormat\(yyyy\)\}; did you mean dateformat\?/,
      'dateformat',
    ],
    ['${env:HOME}', /unknown macro \$\{env:HOME\}/, undefined],
    ['${}', /unknown macro \$\{\}/, undefined],
    ['${dateformat(yyyy}', /expected "\)" before "\}"/, undefined],
    ['${dateformat(yyyy)/x-${timestamp()}', /expected "\}" before the next/, undefined],
    ['${dateformat(yyyy)/x}', /expected "\}" after "\)"/, undefined],
    ['${dateformat(yyyy"-"MM)}', /no double quote/, undefined],
    ['${dateformat}', /expected "\(" and "\)" after dateformat/, 'dateformat()'],
    ['${dateformat()}', /expected a format/, undefined],
    ['${dateformat(yyyy', /expected "\}" at the end/, undefined],
    ['${dateformat(yyyy,-1)}', /expected an offset and its unit/, undefined],
    ['${dateformat(yyyy,-1,DAYS)}', /unknown unit "DAYS"; did you mean DAY\?/, 'DAY'],
    ['${dateformat(yyyy,-1,WEEK)}', /unknown unit "WEEK"; expected one of SECOND, MINUTE/, undefined],
    ['${dateformat(yyyy,-1.5,DAY)}', /expected a whole number, found "-1\.5"/, undefined],
    ['${timestamp(9999999,YEAR)}', /a thousand years at most/, undefined],
    ['${dateformat(YYYY-MM-dd)}', /"Y" in the format; did you mean y\?/, 'y'],
    ['${dateformat(dd MMM)}', /MMM is a month's name/, 'MM'],
    ["${dateformat('x)}", /not closed/, undefined],
    ["${dateformat('$')}", /no "\$" and "\{"/, undefined],
  ])('is refused for %s, with the place', (text, message, nearest) => {
    const path = ['a.csv', text];
    const [inPath, inConstant] = problemsOf(() =>
      parse(job({ source: { type: 'csv', path }, transform: [{ constant: { c: text } }] })),
    );
    expect(inPath).toMatchObject({ path: 'source.path[1]', file: 'orders.json', line: 1 });
    expect(inConstant).toMatchObject({ path: 'transform[0].constant.c' });
    for (const problem of [inPath, inConstant]) {
      expect(problem.message).toMatch(message);
      expect(problem.nearest).toBe(nearest);
    }
  });
});

describe('a schedule', () => {
  test.each([
    [{ cron: 'TZ=Asia/Tokyo 0 2 * * *' }, 'schedule.cron', /that is schedule\.timezone/],
    [{ cron: '0 2 * * * # nightly' }, 'schedule.cron', /without a comment/],
    [{ cron: '0 2 * * *', overlap: 'allowAll' }, 'schedule.overlap', /running two at once is refused/],
    [{ cron: '0 2 * * *', timezone: 'asia/shanghai' }, 'schedule.timezone', /letter case/],
    [{ cron: '0 2 * * *', timezone: 'Moon' }, 'schedule.timezone', /the name of a time zone/],
  ])('%j is refused', (schedule, path, message) => {
    const [problem] = problemsOf(() => parse(job({ schedule })));
    expect(problem.path).toBe(path);
    expect(problem.message).toMatch(message);
  });
});
