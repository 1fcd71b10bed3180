import { describe, expect, test } from 'vitest';
import { parseJobText, validateJobDocument } from '../../src/job/parse.js';
import { smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

const withTls = (tls: unknown) => ({ ...smallest(), sink: { ...smallest().sink, tls } });
const parse = (tls: unknown) =>
  parseJobText(JSON.stringify(withTls(tls)), { file: 'orders.yaml', baseDir: '/base' });

describe('sink.tls', () => {
  test('may be empty: then nothing but a valid certificate is asked for', () => {
    expect(parse({}).job.sink.tls).toEqual({ skipVerify: false });
  });

  test('has paths that start at the job file', () => {
    const { job, document } = parse({ caFile: 'ca.pem', certFile: '../tls/c.pem', keyFile: '/run/c.key' });
    const expected = { caFile: '/base/ca.pem', certFile: '/tls/c.pem', keyFile: '/run/c.key' };
    expect(job.sink.tls).toEqual({ ...expected, skipVerify: false });
    expect((document as { sink: unknown }).sink).toMatchObject({ tls: expected });
    expect(validateJobDocument(document)).toEqual(job);
  });

  test('of a job that did not come from a file has absolute paths', () => {
    expect(problemsOf(() => validateJobDocument(withTls({ caFile: 'ca.pem' })))).toMatchObject([
      { path: 'sink.tls.caFile', expected: 'an absolute path' },
    ]);
  });

  test.each([
    ['keyFile', { certFile: 'c.pem' }, 'the private key of certFile'],
    ['certFile', { keyFile: 'c.key' }, 'the certificate of keyFile'],
    ['caFile', { caFile: '' }, 'the path of a file'],
    ['keyFile', { certFile: 'c.pem', keyFile: '${env:KEY}' }, 'the path written out'],
    ['serverName', { serverName: 'https://host' }, 'the name or the IP address of a host'],
    ['skipVerify', { skipVerify: 'yes' }, 'true or false'],
    ['cafile', { cafile: 'ca.pem' }, 'did you mean caFile?'],
  ])('is refused for %s: %j', (field, tls, message) => {
    expect(problemsOf(() => parse(tls))).toMatchObject([
      { path: `sink.tls.${field}`, message: expect.stringContaining(message) },
    ]);
  });

  test('takes no key in the place of its path, and does not show it', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nS3cret\n-----END PRIVATE KEY-----\n';
    const problems = problemsOf(() => parse({ certFile: 'c.pem', keyFile: key }));
    expect(problems).toMatchObject([{ path: 'sink.tls.keyFile' }]);
    expect(JSON.stringify(problems)).not.toContain('S3cret');
  });
});
