import { linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { foldersOf } from '../../src/cli/folder-options.js';
import {
  checkedFolders,
  type Folders,
  requireAllowed,
  requireAllowedFile,
} from '../../src/folders/folders.js';
import { realPath } from '../../src/folders/real-path.js';
import { expandMacros } from '../../src/job/macros/macros.js';
import { faultOf, open, partitionsOf, readAll, readPartition, useFolder } from '../sources/reading.js';

const folder = useFolder();
const at = (...names: string[]) => join(folder.path, ...names);
let folders: Folders;

/** `data` is allowed, `secret` is not. */
beforeAll(() => {
  for (const name of ['data/sub', 'data/in', 'secret/deep', 'database'])
    mkdirSync(at(name), { recursive: true });
  for (const name of ['data/a', 'data/sub/b', 'data/in/c', 'secret/s', 'secret/deep/d', 'database/x'])
    writeFileSync(at(`${name}.ndjson`), `{"name":"${name}"}\n`);
  symlinkSync('../../secret/s.ndjson', at('data/in/link.ndjson'));
  symlinkSync(at('secret'), at('data/out'));
  symlinkSync('../../secret/nothing.ndjson', at('data/in/to-nothing.ndjson'));
  symlinkSync('nowhere.ndjson', at('data/sub/dangling.ndjson'));
  symlinkSync('round.ndjson', at('data/round.ndjson'));
  symlinkSync('sub/b.ndjson', at('data/inner.ndjson'));
  symlinkSync(at('data'), at('secret/back'));
  folders = { read: [at('data')] };
});

const source = (path: string | string[], allowed: Folders | undefined = folders) =>
  open({ type: 'ndjson', path }, { folders: allowed });

const names = async (path: string | string[], allowed?: Folders) =>
  (await source(path, allowed).describe()).inputs.map((input) => input.slice(folder.path.length + 1));

describe('a job reads', () => {
  test.each([
    ['a file there', ['data', 'a.ndjson'], ['data/a.ndjson']],
    ['through a link that stays there', ['data', 'inner.ndjson'], ['data/inner.ndjson']],
    ['by a path that leads out and in again', ['secret', 'back', 'a.ndjson'], ['secret/back/a.ndjson']],
    ['a glob', ['data', 's*', 'b.ndjson'], ['data/sub/b.ndjson']],
    ['a glob beside links that lead out, which it does not match', ['data', 'a*'], ['data/a.ndjson']],
  ])('%s', async (_, path, expected) => {
    expect(await names(at(...path))).toEqual(expected);
    expect(await readAll(source(at(...path)))).toHaveLength(expected.length);
  });

  test('anything where the worker names no folder', async () => {
    expect(await names(at('data/out/s.ndjson'), {})).toEqual(['data/out/s.ndjson']);
    expect(await names(at('data/**/?.ndjson'), {})).toContain('data/out/deep/d.ndjson');
  });
});

describe('a job may not read', () => {
  const refused = [
    ['a file elsewhere', 'secret/s.ndjson', 'secret/s.ndjson'],
    ['nothing elsewhere, which looks the same', 'secret/nothing.ndjson', 'secret/nothing.ndjson'],
    ['a folder whose name begins alike', 'database/x.ndjson', 'database/x.ndjson'],
    ['by ..', 'data/../secret/s.ndjson', 'data/../secret/s.ndjson'],
    ['by .. behind a link', 'data/out/../secret/s.ndjson', 'data/out/../secret/s.ndjson'],
    ['a link to a file elsewhere', 'data/in/link.ndjson', 'data/in/link.ndjson'],
    ['a link to nothing elsewhere', 'data/in/to-nothing.ndjson', 'data/in/to-nothing.ndjson'],
    ['through a link to a folder elsewhere', 'data/out/s.ndjson', 'data/out/s.ndjson'],
    ['a glob elsewhere', 'secret/*.ndjson', 'secret'],
    ['a glob by ..', 'data/*/../../secret/*.ndjson', ''],
    ['a glob that matches a link to a file', 'data/in/*.ndjson', 'data/in/link.ndjson'],
    ['a glob through a link to a folder', 'data/out/*', 'data/out'],
    ['a glob that comes to a link to a folder', 'data/*/s.ndjson', 'data/out'],
    ['a glob of all below', 'data/**', 'data/out'],
  ];

  test.each(refused)('%s', async (_, path, named) => {
    const full = `${folder.path}/${path}`;
    const looks = [() => source(full).describe(), () => partitionsOf(source(full))];
    for (const look of looks) {
      const fault = await faultOf(look);
      expect(fault).toMatchObject({ code: 'folder_not_allowed', fault: 'user' });
      const place = `${folder.path}/${named}`.replace(/\/$/, '');
      expect(fault.message).toContain(`${place} does not lie`);
      // Nothing is told of where it leads: that stands in neither text, but for what the job itself has named.
      const shown = `${fault.message} ${fault.mend}`.replaceAll(place, '');
      expect(shown).not.toMatch(/secret|deep|nothing/);
    }
  });

  test('what a macro has made of its path', async () => {
    const path = `${at('data')}/\${dateformat('../secret/s')}.ndjson`;
    const { source: expanded } = expandMacros({ source: { path } }, 0) as { source: { path: string } };
    expect(expanded.path).toBe(`${at('data')}/../secret/s.ndjson`);
    expect(await faultOf(() => source(expanded.path).describe())).toMatchObject({
      code: 'folder_not_allowed',
    });
  });

  test('a partition of a file that has become a link out meanwhile', async () => {
    const path = folder.file('data/moved.ndjson', '{"n":1}\n');
    const [partition] = (await partitionsOf(source(path))).partitions;
    renameSync(path, at('secret/moved.ndjson'));
    symlinkSync(at('secret/moved.ndjson'), path);
    expect(await faultOf(() => readPartition(source(path), partition))).toMatchObject({
      code: 'folder_not_allowed',
    });
    unlinkSync(path);
  });

  test('a file that took its place between the look at the path and the opening', async () => {
    const path = folder.file('data/raced.ndjson', '{"n":1}\n');
    await requireAllowed(path, folders, 'read');
    unlinkSync(path);
    symlinkSync(at('secret/s.ndjson'), path);
    const handle = await openFile(path);
    // And away again, before anybody looks a second time.
    unlinkSync(path);
    folder.file('data/raced.ndjson', '{"n":1}\n');
    try {
      for (const platform of ['linux', 'elsewhere']) await onPlatform(platform, () => refuses(handle, path));
    } finally {
      await handle.close();
    }
  });

  async function refuses(handle: FileHandle, path: string): Promise<void> {
    const fault = await faultOf(() => requireAllowedFile(handle, path, folders, 'read'));
    expect(fault.message).toContain(path);
  }

  async function onPlatform(platform: string, work: () => Promise<void>): Promise<void> {
    const spy = vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform);
    try {
      await work();
    } finally {
      spy.mockRestore();
    }
  }

  test('but an open file that is where it was, on any system', async () => {
    const handle = await openFile(at('data/inner.ndjson'));
    try {
      for (const platform of ['linux', 'elsewhere']) {
        await onPlatform(platform, () =>
          requireAllowedFile(handle, at('data/inner.ndjson'), folders, 'read'),
        );
      }
    } finally {
      await handle.close();
    }
  });
});

describe('a link that leads nowhere', () => {
  test.each(['data/sub/*.ndjson', 'data/*nd.ndjson', 'data/sub/dangling.ndjson'])(
    'is missed where %s means it, not left out in silence',
    async (path) => {
      const fault = await faultOf(() => names(at(path), {}));
      expect(fault).toMatchObject({ code: 'file_not_found', fault: 'user' });
      expect(fault.message).toMatch(/dangling|round/);
    },
  );

  test('is nobody’s business otherwise', async () => {
    expect(await names(at('data/sub/b*'))).toEqual(['data/sub/b.ndjson']);
  });
});

test('a folder that a link leads to is not taken for the one whose name begins alike', async () => {
  for (const name of ['links', 'far/ab', 'far/a']) mkdirSync(at(name), { recursive: true });
  symlinkSync(at('far/ab'), at('links/one'));
  symlinkSync(at('far/a'), at('far/ab/two'));
  writeFileSync(at('far/a/y.ndjson'), '{}\n');
  expect(await names(at('links/**/*.ndjson'), {})).toEqual(['links/one/two/y.ndjson']);
});

test('links that lead to each other end', async () => {
  mkdirSync(at('rings'));
  for (const a of 'abc') {
    mkdirSync(at('rings', a));
    writeFileSync(at('rings', a, 'x.ndjson'), '{}\n');
    for (const b of 'abc') symlinkSync(at('rings', b), at('rings', a, b));
  }
  const found = await names(at('rings/**/*.ndjson'), {});
  expect(found).toContain('rings/a/x.ndjson');
  expect(found.length).toBeLessThan(100);
});

describe('a glob that names could be matched by in more ways than can be tried', () => {
  const long = 'a'.repeat(240);

  test.each([
    '*a*a*b',
    '*a'.repeat(100),
    '**/a/**/a/**/b',
    '**/*a*/**/b',
    '*a*/*a*b',
    '*a*{/x,}*b',
    `${'{a,a}/'.repeat(30)}b`,
    `*{${'a,'.repeat(20)}}*b`,
    '((a+)+)+b',
    '(a|aa)+b',
    '(a|aa)*b',
    '@(a*|*a)*(a*)b',
    '?(a)'.repeat(30),
    '{a,aa}'.repeat(30),
    '!(a*|b*)*',
    `${'**/a/'.repeat(20)}b`,
  ])('%s is refused', async (pattern) => {
    mkdirSync(at('long'), { recursive: true });
    writeFileSync(at('long', long), '');
    const fault = await faultOf(() => names(at('long', pattern), {}));
    expect(fault).toMatchObject({ code: 'glob_too_complex', fault: 'user' });
    expect(fault.message).toContain(pattern);
  });

  test.each([
    '*a*',
    '**/*a*',
    '{a,b}*{a,b}',
    '[a-z]*',
    'a*/**',
    '**/a*/**/b*',
    '\\(a\\)\\|*',
    '(1)',
    '?'.repeat(240),
  ])('%s is none', async (pattern) => {
    const path = at('long', pattern);
    await names(path, {}).catch((fault) => expect(fault).toMatchObject({ code: 'no_match' }));
  });
});

test.each([
  ['a folder with the name of a pattern', 'secret/[x]/*.ndjson', () => mkdirSync(at('secret/[x]'))],
  ['a file with one', 'secret/[y].ndjson', () => writeFileSync(at('secret/[y].ndjson'), '{}')],
])('nobody is told whether there is %s where nothing may be read', async (_, path, make) => {
  const before = await faultOf(() => names(at(path)));
  make();
  const after = await faultOf(() => names(at(path)));
  expect(before).toMatchObject({ code: 'folder_not_allowed', fault: 'user' });
  expect([after.message, after.mend]).toEqual([before.message, before.mend]);
});

test('folders that are too deep to be searched are refused, not passed over', async () => {
  mkdirSync(at('deep', 'a/'.repeat(64)), { recursive: true });
  writeFileSync(at('deep', 'a/'.repeat(64), 'x.ndjson'), '{}\n');
  expect(await names(at('deep/**/*.ndjson'), {})).toHaveLength(1);
  mkdirSync(at('deep', 'a/'.repeat(65)));
  expect(await faultOf(() => names(at('deep/**/*.ndjson'), {}))).toMatchObject({
    code: 'folders_too_deep',
    fault: 'user',
    message: expect.stringContaining('more than 64 folders'),
  });
});

test.each(['data/*//', 'data/s*/////', '*/'])('slashes behind the glob %s say nothing', async (path) => {
  const bare = path.replace(/\/+$/, '');
  const [some, others] = [path, bare].map((given) =>
    source(`${folder.path}/${given}`, {})
      .describe()
      .then(
        ({ inputs }) => inputs,
        ({ code }) => code,
      ),
  );
  expect(await some).toEqual(await others);
});

describe('requireAllowed', () => {
  test('takes the folder itself, and what is not there yet', async () => {
    await requireAllowed(at('data'), { dirty: [at('data')] }, 'dirty');
    await requireAllowed(at('data/new/folder'), { dirty: [at('elsewhere'), at('data')] }, 'dirty');
    await requireAllowed(at('later/folder'), { dirty: [at('later')] }, 'dirty');
  });

  test.each(['later', 'data/out/later', 'data/../later', 'data/in/to-nothing.ndjson'])(
    'refuses %s, which is not there yet, either',
    async (path) => {
      const fault = await faultOf(() =>
        requireAllowed(`${folder.path}/${path}`, { dirty: [at('data')] }, 'dirty'),
      );
      expect(fault).toMatchObject({ code: 'folder_not_allowed' });
      expect(fault.mend).toContain('--allow-dirty');
    },
  );

  test('allows anything but secrets where nothing is said', async () => {
    await requireAllowed('/any', undefined, 'read');
    await requireAllowed('/any', {}, 'dirty');
    expect(await faultOf(() => requireAllowed('/any', {}, 'secrets'))).toMatchObject({
      code: 'folder_not_allowed',
      mend: expect.stringContaining('--allow-secrets'),
    });
    await requireAllowed(at('secret/s.ndjson'), { secrets: [at('secret')] }, 'secrets');
  });

  test('a folder may be allowed by a link that leads to it', async () => {
    await requireAllowed(at('secret/s.ndjson'), { read: [at('data/out')] }, 'read');
    expect(await names(at('data/out/s.ndjson'), { read: [at('data/out')] })).toEqual(['data/out/s.ndjson']);
  });

  test('another name of the same file can not be told from it', async () => {
    linkSync(at('secret/s.ndjson'), at('data/hard.ndjson'));
    expect(await names(at('data/hard.ndjson'))).toEqual(['data/hard.ndjson']);
    unlinkSync(at('data/hard.ndjson'));
  });
});

test('no path of links and dots that is made of what there is leads out', async () => {
  const step = fc.constantFrom(
    ...['..', '.', 'data', 'secret', 'out', 'in', 'sub', 'back', 'link.ndjson', 's.ndjson', 'a.ndjson', ''],
    ...['round.ndjson', 'to-nothing.ndjson', 'deep', 'd.ndjson', '*', '**', '*.ndjson'],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 7 }), async (steps) => {
      const path = `${folder.path}/data/${steps.join('/')}`;
      const found = await source(path)
        .describe()
        .then(
          ({ inputs }) => inputs,
          (fault) => {
            expect(fault).toMatchObject({ name: 'Fault', fault: 'user' });
            return [];
          },
        );
      for (const file of found) expect((await realPath(file)).startsWith(`${at('data')}/`)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

describe('what a worker allows', () => {
  test('is named by options, else by the environment', () => {
    const env = { ROCKETLIFT_ALLOW_READ: '/a:/b', ROCKETLIFT_ALLOW_SECRETS: '/s' };
    expect(foldersOf({ allowRead: ['/c'] }, env)).toEqual({ read: ['/c'], secrets: ['/s'] });
    expect(foldersOf({ allowDirty: ['/c:d'] }, env)).toEqual({
      read: ['/a', '/b'],
      dirty: ['/c:d'],
      secrets: ['/s'],
    });
    expect(foldersOf({}, {})).toEqual({});
  });

  test.each(['', ':'])('is not everything because a variable holds only %j', async (text) => {
    expect(await faultOf(async () => foldersOf({}, { ROCKETLIFT_ALLOW_READ: text }))).toMatchObject({
      code: 'allowed_folder',
      fault: 'user',
    });
  });

  test('must be there', async () => {
    expect(await checkedFolders({ read: ['.'], dirty: [at('data')] })).toEqual({
      read: [process.cwd()],
      dirty: [at('data')],
    });
    for (const missing of [at('missing'), at('data/a.ndjson')]) {
      const fault = await faultOf(() => checkedFolders({ secrets: [at('data'), missing] }));
      expect(fault).toMatchObject({ code: 'allowed_folder', fault: 'user' });
      expect(fault.message).toContain(`${missing}, a folder of --allow-secrets`);
    }
  });
});
