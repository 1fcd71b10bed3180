import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveSecret } from '../../src/secrets/resolve.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocketlift-secrets-'));
  await mkdir(join(folder, 'allowed', 'deeper'), { recursive: true });
  await mkdir(join(folder, 'allowed-not'));
  for (const path of ['allowed/key', 'allowed/deeper/key', 'allowed-not/key']) await file(path, 'S3cret\n');
  await symlink(join(folder, 'allowed'), join(folder, 'link'));
  await symlink(join(folder, 'allowed-not', 'key'), join(folder, 'allowed', 'way-out'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return `\${file:${path}}`;
}

/** Everything in the folder of the test may be taken. */
const anywhere = () => ({ folders: { secrets: [folder] } });

const inFolder = (name: string) => `\${file:${join(folder, name)}}`;

describe('a variable', () => {
  it('gives its value as it is', async () => {
    expect(await resolveSecret('${env:KEY}', { env: { KEY: ' S3cret\n' } })).toBe(' S3cret\n');
  });

  it.each([
    [{}, 'secret_missing'],
    [{ KEY: '' }, 'secret_empty'],
  ])('that is not set says so by its name: %j', async (env, code) => {
    await expect(resolveSecret('${env:KEY}', { env })).rejects.toMatchObject({
      code,
      fault: 'user',
      message: expect.stringContaining('KEY'),
    });
  });
});

describe('a file', () => {
  it.each([
    ['S3cret', 'S3cret'],
    ['S3cret\n', 'S3cret'],
    ['S3cret\r\n', 'S3cret'],
    ['S3cret\n\n', 'S3cret\n'],
    [' S3cret ', ' S3cret '],
    ['gehéim', 'gehéim'],
  ])('with %j gives %j', async (content, value) => {
    expect(await resolveSecret(await file('key', content), anywhere())).toBe(value);
  });

  it('that is missing, empty or too large is the fault of the user, by its path', async () => {
    const refuse = async (reference: string, code: string) => {
      await expect(resolveSecret(reference, anywhere())).rejects.toMatchObject({
        code,
        fault: 'user',
        message: expect.stringContaining(folder),
      });
    };
    await refuse(inFolder('not-there'), 'secret_missing');
    await refuse(inFolder('allowed/key/not-there'), 'secret_missing');
    await refuse(inFolder('allowed'), 'secret_unreadable');
    await refuse(await file('empty', '\n'), 'secret_empty');
    await refuse(await file('large', 'x'.repeat(65 * 1024)), 'secret_unreadable');
  });

  it('that is a pipe is not waited for', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(resolveSecret(inFolder('pipe'), anywhere())).rejects.toMatchObject({
      code: 'secret_unreadable',
    });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read says so', async () => {
    const reference = await file('closed', 'S3cret');
    await chmod(join(folder, 'closed'), 0o000);
    await expect(resolveSecret(reference, anywhere())).rejects.toMatchObject({ code: 'secret_unreadable' });
  });
});

describe('allowed folders', () => {
  const take = (name: string, ...folders: string[]) =>
    resolveSecret(inFolder(name), { folders: { secrets: folders.map((one) => join(folder, one)) } });

  it.each([
    ['allowed/key', 'allowed'],
    ['allowed/deeper/key', 'allowed'],
    ['allowed/deeper/../key', 'allowed'],
    ['link/key', 'allowed'],
    ['allowed/key', 'link'],
    ['allowed/key', 'allowed-not', 'allowed'],
    ['allowed/way-out', 'allowed-not'],
  ])('let %s through with %s', async (name, ...folders) => {
    expect(await take(name, ...folders)).toBe('S3cret');
  });

  it.each([
    ['allowed-not/key', 'allowed'],
    ['allowed/../allowed-not/key', 'allowed'],
    ['allowed/way-out', 'allowed'],
    ['allowed/key', 'allowed/deeper'],
    ['allowed/key', 'not-there'],
    ['allowed/key'],
  ])('stop %s with %s', async (name, ...folders) => {
    await expect(take(name, ...folders)).rejects.toMatchObject({ code: 'folder_not_allowed', fault: 'user' });
  });

  it('are none unless some are named', async () => {
    const refused = resolveSecret(inFolder('allowed/key'), { folders: { read: [folder] } });
    await expect(refused).rejects.toMatchObject({ code: 'folder_not_allowed' });
    await expect(resolveSecret(inFolder('allowed/key'))).rejects.toMatchObject({
      code: 'folder_not_allowed',
    });
  });

  it('do not concern variables', async () => {
    expect(await resolveSecret('${env:KEY}', { env: { KEY: 'S3cret' }, folders: { secrets: [] } })).toBe(
      'S3cret',
    );
  });
});
