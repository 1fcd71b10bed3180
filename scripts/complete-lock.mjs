// Adds to package-lock.json the optional packages of other platforms that npm left out, because the registry it was
// made with does not have them: `npm ci` refuses a lock without them everywhere. Run it after a change of dependencies:
//   node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = [
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];

const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const added = [];
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isThere(path, name)) continue;
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[~^]/, ''),
      optional: true,
      ...(dev && { dev }),
      ...platformOf(name),
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'Nothing was missing.' : `Added ${added.length}: ${added.join(', ')}`);

/**
 * Whether a package is found from the folder of another, as Node looks for it.
 * @param {string} path
 * @param {string} name
 */
function isThere(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in lock.packages) return true;
    if (at === '' || !at.includes('/node_modules/')) return `node_modules/${name}` in lock.packages;
  }
}

/**
 * Where such a package is for, which its name tells: `@swc/core-linux-arm64-musl`.
 * @param {string} name
 */
function platformOf(name) {
  const words = name.split('/').pop()?.split('-') ?? [];
  const os = words.filter((word) => SYSTEMS.includes(word)).slice(-1);
  const cpu = words.filter((word) => PROCESSORS.includes(word)).slice(-1);
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : [];
  if (os.includes('linux') && words.some((word) => word.startsWith('gnu'))) libc.push('glibc');
  return { ...(cpu.length > 0 && { cpu }), ...(os.length > 0 && { os }), ...(libc.length > 0 && { libc }) };
}
