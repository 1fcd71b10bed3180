import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadJobFile } from '../../src/client/load-job-file.js';
import { parseFilter } from '../../src/job/filter-expression.js';
import { parseJobText, validateJobDocument } from '../../src/job/parse.js';
import { JobFileError } from '../../src/job/problem.js';
import { documents } from '../job/job-documents.js';
import { faultOf } from '../sources/reading.js';

const MINIMAL = `name: orders
source: { type: csv, path: a.csv }
sink: { endpoints: "127.0.0.1:8081", topic: orders }
`;

/** What a text comes to: a job, or problems that show a place in it and no more than anybody reads. */
function outcomeOf(text: string): 'job' | JobFileError {
  try {
    parseJobText(text, { file: 'orders.yaml', baseDir: '/base' });
    return 'job';
  } catch (error) {
    if (!(error instanceof JobFileError)) throw error;
    const { problems, message } = error;
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(100);
    expect(message.length).toBeLessThan(150_000);
    for (const line of message.split('\n')) expect(line).not.toMatch(/\p{Cc}/u);
    const lines = text.split(/\n/).length + 1;
    for (const { line, column } of problems) {
      expect(line).toBeGreaterThanOrEqual(0);
      expect(line).toBeLessThanOrEqual(lines);
      expect(column).toBeGreaterThanOrEqual(0);
    }
    return error;
  }
}

/** Pieces that YAML and JSON break at. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('{', '}', '[', ']', ',', ': ', '- ', '\n', '\n  ', '"', "'") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '&a ',
      '*a',
      '<<: ',
      '? ',
      '!!',
      '!x ',
      '| ',
      '>-\n',
      '#',
      '%YAML 1.1\n',
      '---\n',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\t', '\r', '\0', '\ufeff', '\x1b[31m', '\u2028', '\ud800', '@', '`'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      '.nan',
      '-.inf',
      '0x',
      '1e999',
      '9'.repeat(30),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('name', 'source', 'sink', 'type: csv', 'path: ', '${dateformat(', '${'),
  },
);

/** A text, cut up and put together again. */
const change = fc.oneof(
  fc.record({ at: fc.nat(), drop: fc.nat({ max: 30 }), add: piece }),
  fc.record({ at: fc.nat(), drop: fc.constant(0), add: piece }),
  fc.record({ at: fc.nat(), drop: fc.nat({ max: 300 }), add: fc.constant('') }),
);

function changed(text: string, changes: readonly { at: number; drop: number; add: string }[]): string {
  return changes.reduce((now, { at, drop, add }) => {
    const place = at % (now.length + 1);
    return now.slice(0, place) + add + now.slice(place + drop);
  }, text);
}

describe('a job file is a job or has its mistakes listed', () => {
  test('of any text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        outcomeOf(pieces.join(''));
      }),
      { numRuns: 2000 },
    );
  });

  test('of any jobs with changes made to them', () => {
    const written = fc.tuple(documents, fc.boolean(), fc.array(change, { minLength: 1, maxLength: 5 }));
    fc.assert(
      fc.property(written, ([document, asJson, changes]) => {
        outcomeOf(changed(asJson ? JSON.stringify(document) : stringify(document), changes));
      }),
      { numRuns: 1000 },
    );
  });

  test('of any document that does not come from a file', () => {
    const value = fc.anything({ withNullPrototype: true, key: fc.oneof(fc.string(), piece), maxDepth: 4 });
    const field = fc.constantFrom('name', 'source', 'sink', 'transform', 'settings', 'schedule', 'dirty');
    fc.assert(
      fc.property(documents, fc.dictionary(field, value), (document, over) => {
        const json = JSON.stringify({ ...(document as object), ...over }, (_, inner) =>
          typeof inner === 'bigint' ? String(inner) : inner,
        );
        try {
          validateJobDocument(JSON.parse(json));
        } catch (error) {
          expect(error).toBeInstanceOf(JobFileError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const many = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i));

describe('work and memory stay bounded', () => {
  /** Texts, and what must be said of them. */
  const BOMBS: [name: string, text: string, says: RegExp][] = [
    ['lists in lists', '['.repeat(100_000), /too deep/],
    ['lists in lists that end', '['.repeat(20_000) + ']'.repeat(20_000), /too deep/],
    ['objects in objects', '{a: '.repeat(20_000) + '}'.repeat(20_000), /too deep/],
    [
      'lists in lists of a transform',
      `${MINIMAL}transform: ${'['.repeat(900)}${']'.repeat(900)}`,
      /too deep/,
    ],
    ['lines that go ever deeper', many(1000, (i) => `${' '.repeat(i)}a:`).join('\n'), /too deep/],
    ['dashes', `${'- '.repeat(20_000)}a`, /too deep/],
    ['question marks', '? '.repeat(20_000), /too deep/],
    [
      'a billion laughs',
      `a0: &a0 [lol]\n${many(9, (i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n')}`,
      /too many YAML aliases/,
    ],
    [
      'sixty doublings',
      many(60, (i) => `b${i}: &b${i} [*b${i - 1}, *b${i - 1}]`).join('\n'),
      /aliases|without its anchor/,
    ],
    [
      'a hundred thousand aliases',
      `${MINIMAL}x: &x [1]\ny: [${'*x,'.repeat(100_000)}]`,
      /too many YAML aliases/,
    ],
    ['a list that holds itself', '&a [*a]', /expected an object/],
    ['steps that are their own list', `${MINIMAL}transform: &t [*t]`, /transform\[0\]: expected one of/],
    [
      'settings in themselves',
      `${MINIMAL}settings: &s { batch: *s }`,
      /settings\.batch\.batch: unknown field/,
    ],
    ['a merge of itself', '&a\n<<: *a\nname: x', /unknown field/],
    [
      'a number of a million digits',
      `${MINIMAL}settings: { parallelism: ${'9'.repeat(1e6)} }`,
      /more digits/,
    ],
    [
      'an exponent of many digits',
      `${MINIMAL}settings: { parallelism: 1e${'9'.repeat(1e5)} }`,
      /more digits/,
    ],
    [
      'fifty thousand unknown fields',
      MINIMAL + many(50_000, (i) => `k${i}: 1`).join('\n'),
      /more than 100 mistakes/,
    ],
    ['twenty thousand times a name', MINIMAL + 'name: x\n'.repeat(20_000), /stands here a second time/],
    ['twenty thousand documents', '---\na: 1\n'.repeat(20_000), /a second document/],
    ['quotes', '"'.repeat(100_000), /not valid YAML/],
    ['anchors', '&a '.repeat(20_000), /not valid YAML/],
    [
      'fifty thousand columns of no type',
      MINIMAL.replace('a.csv', `a.csv, columns: {${many(50_000, (i) => `k${i}: strin`).join(',')}}`),
      /did you mean string/,
    ],
    ['brackets in a filter', filter('('.repeat(100_000)), /maxDepth/],
    ['negations in a filter', filter(`${'!'.repeat(100_000)}a`), /at most 5000/],
    ['choices in a filter', filter('a ? b : '.repeat(20_000)), /max/],
    ['alternatives in a filter', filter(`${'a || '.repeat(20_000)}b`), /max/],
    ['macros in macros', MINIMAL.replace('a.csv', `"${'${dateformat('.repeat(30_000)}"`), /…$/],
    ['more than a job can be', `${MINIMAL}#${'x'.repeat(1024 * 1024)}`, /larger than 1 MiB/],
    ['colours for a terminal', `${MINIMAL}"\\e[31mred\\x9b": 1`, /unknown field/],
    ['a tag of code', `${MINIMAL}x: !!js/function "x"`, /unknown tag/],
    ['__proto__', `${MINIMAL}__proto__: { polluted: 1 }`, /__proto__: this name can not be used/],
    ['constructor', `${MINIMAL}constructor: { prototype: { polluted: 1 } }`, /constructor: unknown field/],
  ];

  // What these texts are made for takes hours, or the process with it: that the test ends is what it shows.
  test.each(BOMBS)('%s', (_, text, says) => {
    const outcome = outcomeOf(text);
    expect(outcome).toBeInstanceOf(JobFileError);
    expect((outcome as JobFileError).message).toMatch(says);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('large, but good', () => {
    const renames = Object.fromEntries(many(20_000, (i) => `name${i}`).map((name) => [name, `${name}x`]));
    const document = { ...(validDocument() as object), transform: [{ rename: renames }] };
    expect(outcomeOf(JSON.stringify(document))).toBe('job');
  });

  test('a document too deep, not from a file', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i++) deep = i % 2 ? [deep] : { a: deep };
    expect(() => validateJobDocument(deep)).toThrow(/too deep/);
    expect(() => validateJobDocument({ ...(validDocument() as object), x: deep })).toThrow(/too deep/);
  });

  test('any filter is one, or is told what is wrong with it', () => {
    const token = fc.constantFrom(
      ...[
        'a',
        '1',
        '"s"',
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '!',
        '-',
        '&&',
        '||',
        '?',
        ':',
        '.',
        ',',
        '==',
        ' in ',
      ],
      ...[
        'size(',
        '.map(x, ',
        'record["',
        '"',
        "'",
        '\\',
        '\0',
        'b"',
        'r"',
        '__proto__',
        'null',
        '9'.repeat(25),
      ],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), fc.integer({ min: 1, max: 300 }), (tokens, times) => {
        const made = parseFilter(tokens.join('').repeat(times));
        if (typeof made !== 'string') expect(made.variables).toBeInstanceOf(Array);
      }),
      { numRuns: 1000 },
    );
  });
});

function filter(text: string): string {
  return `${MINIMAL}transform: [{ filter: '${text}' }]`;
}

function validDocument(): unknown {
  return parseJobText(MINIMAL, { file: 'orders.yaml', baseDir: '/base' }).document;
}

describe('a file that is far from a job', () => {
  test('is read no further than is needed to tell', async () => {
    expect(await faultOf(() => loadJobFile('/dev/zero'))).toMatchObject({
      code: 'job_file_unreadable',
      fault: 'user',
      message: expect.stringContaining('too large'),
    });
  });
});
