import { describe, expect, test } from 'vitest';
import { expandMacros, findMacroMistakes, findMacros } from '../../src/job/macros/macros.js';
import { parseJobText, validateJobDocument } from '../../src/job/parse.js';
import { JobFileError } from '../../src/job/problem.js';
import { parseSecretReference } from '../../src/job/secret-reference.js';
import { smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

const parse = (text: string) => parseJobText(text, { file: 'orders.yaml', baseDir: '/base' });

const withCredentials = (credentials: unknown) => ({
  ...smallest(),
  sink: { ...smallest().sink, credentials },
});

const REFERENCES = { accessKey: '${env:KEY}', secretKey: '${file:/run/secrets/key}' };

describe('a reference', () => {
  test.each([
    ['${env:KEY_1}', { kind: 'env', name: 'KEY_1' }],
    ['${file:/run/my secrets/key}', { kind: 'file', path: '/run/my secrets/key' }],
    ['${file:key}', { kind: 'file', path: 'key' }],
  ])('%s is one', (text, reference) => {
    expect(parseSecretReference(text)).toEqual(reference);
  });

  test.each([
    '',
    'KEY',
    '$KEY',
    '${KEY}',
    '${env:}',
    '${env:A-B}',
    '${env: A}',
    'x${env:A}',
    '${env:A}x',
    '${file:}',
    '${file:${env:A}}',
    '${ENV:A}',
  ])('%j is none', (text) => {
    expect(parseSecretReference(text)).toBeUndefined();
  });
});

describe('credentials', () => {
  test('stay references, and their relative paths start at the job file', () => {
    const document = withCredentials({
      ...REFERENCES,
      secretKey: '${file:../secrets/key}',
      securityToken: '${file:t}',
    });
    const { job, document: kept } = parse(JSON.stringify(document));
    const expected = {
      accessKey: '${env:KEY}',
      secretKey: '${file:/secrets/key}',
      securityToken: '${file:/base/t}',
    };
    expect(job.sink.credentials).toEqual(expected);
    expect((kept as { sink: unknown }).sink).toMatchObject({ credentials: expected });
    expect(validateJobDocument(kept)).toEqual(job);
  });

  test('of a job that did not come from a file have absolute paths', () => {
    const document = withCredentials({ ...REFERENCES, secretKey: '${file:key}' });
    expect(problemsOf(() => validateJobDocument(document))).toMatchObject([
      { path: 'sink.credentials.secretKey', expected: 'an absolute path' },
    ]);
  });

  test('are no macros', () => {
    const document = withCredentials(REFERENCES);
    expect(findMacroMistakes(document)).toEqual([]);
    expect(findMacros(document)).toEqual([]);
    expect(expandMacros(document, 0)).toEqual(document);
  });

  test('are no macros where macros may stand', () => {
    const document = { ...smallest(), source: { type: 'csv', path: '/data/${env:KEY}.csv' } };
    expect(problemsOf(() => parse(JSON.stringify(document)))).toMatchObject([
      { path: 'source.path', message: expect.stringContaining('unknown macro ${env:KEY}') },
    ]);
  });

  test('want both the access key and its secret', () => {
    expect(
      problemsOf(() => parse(JSON.stringify(withCredentials({ accessKey: '${env:KEY}' })))),
    ).toMatchObject([
      { path: 'sink.credentials.secretKey', message: expect.stringMatching(/^missing field/) },
    ]);
  });
});

describe('a secret in the place of a reference is refused, and not shown', () => {
  test.each([
    ['as text', 'S3cret-Value'],
    ['as a number', 87654321],
    ['as a number that can not be kept', '__NUMBER__'],
    ['as a boolean', true],
    ['as a list', ['S3cret-Value']],
    ['as an object', { 'S3cret-Value': 'S3cret-Value' }],
    ['with a reference around it', 'S3cret-Value${env:KEY}'],
  ])('%s', (_, secret) => {
    const text = JSON.stringify(withCredentials({ ...REFERENCES, secretKey: secret })).replace(
      '"__NUMBER__"',
      '8765432187654321876543218765',
    );
    const [problem, ...more] = problemsOf(() => parse(text)).filter(
      ({ message }) => !message.includes('digits'),
    );
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      path: 'sink.credentials.secretKey',
      message: expect.stringMatching(
        /^expected where the secret is found, "\$\{env:NAME\}" or "\$\{file:PATH\}"|^expected .*text/,
      ),
    });
    expectHidden(() => parse(text));
  });

  /** What people write by mistake, in a place where a message could cite it. */
  const BROKEN = [
    'credentials: S3cret-Value',
    'credentials: [S3cret-Value]',
    'credentials: { accessKey: "${env:A}", secretKey:S3cret-Value }',
    'credentials: { accessKey: "${env:A}", secretKey: S3cret-Value',
    'credentials: { S3cret-Value }',
    'credentials: { S3cret-Value: { __proto__: 1 } }',
    'credentials:\n    accessKey: ${env:A}\n    secretKey:S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: !S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: !<S3cret-Value> x',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: !S3cret-Value! x',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: *S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: &S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: |S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: >S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: "a" S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: "S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: @S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: %S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: x\n  S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: x\n%S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: x\n    S3cret-Value: y',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: x: S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: [S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: - S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    ? S3cret-Value\n    : x',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: ]S3cret-Value',
    'credentials:\n    accessKey: ${env:A}\n    secretKey: "\\q S3cret-Value"',
  ];

  test.each(BROKEN)('%j', (lines) => {
    const text = `name: x\nsource: { type: csv, path: a.csv }\nsink:\n  endpoints: 127.0.0.1:8081\n  topic: t\n  ${lines}\n`;
    expectHidden(() => parse(text));
  });
});

/** That a job is refused, with nothing of the secret in all that the error holds. */
function expectHidden(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(JobFileError);
    const { message, problems, stack, cause } = error as JobFileError;
    expect(`${message}${JSON.stringify(problems)}${stack}${String(cause)}`).not.toMatch(
      /S3cret-Value|87654321/,
    );
    return;
  }
  throw new Error('the job was not refused');
}
