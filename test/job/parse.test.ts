import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseJobText, validateJobDocument, withEndpoints } from '../../src/job/parse.js';
import { documents, smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

const parse = (text: string, baseDir = '/base') => parseJobText(text, { file: 'orders.yaml', baseDir });

const MINIMAL = `name: orders
source:
  type: csv
  path: orders.csv
sink:
  endpoints: 127.0.0.1:8081
  topic: orders
`;

describe('a job', () => {
  test('gets every default', () => {
    expect(parse(MINIMAL).job).toEqual({
      name: 'orders',
      source: {
        type: 'csv',
        path: '/base/orders.csv',
        encoding: 'utf-8',
        columns: {},
        maxRecordSize: 4 * 1024 ** 2,
        header: true,
        delimiter: ',',
        quote: '"',
        lineEnd: 'auto',
      },
      sink: {
        endpoints: '127.0.0.1:8081',
        topic: 'orders',
        format: 'json',
        order: 'none',
        acknowledge: 'stored',
        csv: { header: false, delimiter: ',', quoting: 'minimal', nullText: '' },
      },
      transform: [],
      settings: {
        parallelism: 4,
        partitionSize: 64 * 1024 ** 2,
        batch: { records: 500, bytes: 1024 ** 2, inFlight: 8 },
        connectTimeout: 30_000,
        retryFor: 86_400_000,
        errorLimit: { records: 100, minRecords: 1000, onBreach: 'fail' },
      },
      dirty: { mode: 'log', maxRawBytes: 65_536 },
      verify: 'none',
    });
  });

  test('is kept as the user wrote it, but for its paths', () => {
    const { document, paths } = parse(MINIMAL);
    expect(document).toEqual({ ...smallest(), source: { type: 'csv', path: '/base/orders.csv' } });
    expect(paths).toEqual(['orders.csv']);
  });

  test('is the same when its document, or what came of it, is checked again', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const job = validateJobDocument(document);
        expect(validateJobDocument(job)).toEqual(job);
        expect(validateJobDocument(JSON.parse(JSON.stringify(document)))).toEqual(job);
      }),
    );
  });

  test('reads the same from YAML and from JSON', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const job = validateJobDocument(document);
        expect(parse(stringify(document)).job).toEqual(job);
        expect(parse(JSON.stringify(document, null, '\t')).job).toEqual(job);
        expect(parse(`\uFEFF${stringify(document).replaceAll('\n', '\r\n')}`).job).toEqual(job);
      }),
    );
  });

  test('reads aliases', () => {
    expect(parse(`${MINIMAL}  keyFields: &ids [id]\ntransform: [{ drop: *ids }]\n`).job.transform).toEqual([
      { drop: ['id'] },
    ]);
  });

  test('can get another RocketMQ', () => {
    const { job, document } = withEndpoints(parse(MINIMAL), 'mq:1');
    expect(job.sink.endpoints).toBe('mq:1');
    expect(document).toMatchObject({ sink: { endpoints: 'mq:1', topic: 'orders' } });
    expect(() => withEndpoints(parse(MINIMAL), 'mq')).toThrow(/sink\.endpoints: expected the address/);
  });
});

describe('paths', () => {
  const pathsOf = (path: unknown, baseDir: string) =>
    parse(JSON.stringify({ ...smallest(), source: { type: 'csv', path } }), baseDir).job.source.path;

  test.each([
    ['a.csv', '/base', '/base/a.csv'],
    ['../a.csv', '/base/jobs', '/base/a.csv'],
    ['/elsewhere/a.csv', '/base', '/elsewhere/a.csv'],
    ['./data/*.csv', '/base', '/base/data/*.csv'],
    ['../data/*.csv', '/base', '/base/../data/*.csv'],
    ['a.csv', '/base [1]', '/base [1]/a.csv'],
    ['*.csv', '/base [1]', '/base \\[1\\]/*.csv'],
    [['a.csv', 'b/*.csv'], '/base', ['/base/a.csv', '/base/b/*.csv']],
  ])('%j in %s', (path, baseDir, expected) => expect(pathsOf(path, baseDir)).toEqual(expected));

  test('must be absolute without a file', () => {
    expect(
      problemsOf(() => validateJobDocument({ ...smallest(), source: { type: 'csv', path: 'a.csv' } })),
    ).toEqual([
      expect.objectContaining({ path: 'source.path', message: expect.stringContaining('an absolute path') }),
    ]);
  });
});
