// Runs before anything is installed: Node's own modules and the prerequisites, nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingPrerequisites } from '../src/dev/prerequisites.js';

/** The repository's root, which all scripts work in. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const BUILT = join(ROOT, 'dist', '.built');

/**
 * Checks what the machine must have, then installs and builds what is missing or older than its sources. Says nothing where
 * there is nothing to do. Where it can't go on, it says why and the process ends: with 2 for what the machine lacks, else with 1.
 * @param {{ build?: boolean }} [options]
 */
export async function setup({ build = true } = {}) {
  process.chdir(ROOT);
  const problems = await missingPrerequisites();
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    process.exit(2);
  }
  // npm writes the second file when it has installed everything.
  if (newest('package-lock.json') > newest(join('node_modules', '.package-lock.json'))) {
    step('Installing packages');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const sources = ['src', 'package-lock.json', 'package.json', 'tsconfig.json'];
  if (build && Math.max(...sources.map(newest)) > newest(BUILT)) {
    step('Building');
    // Of a source that is gone nothing stays behind. What changes while the build runs is built the next time.
    const started = new Date();
    rmSync('dist', { recursive: true, force: true });
    run('npm', ['run', '--silent', 'build']);
    writeFileSync(BUILT, '');
    utimesSync(BUILT, started, started);
  }
}

/**
 * One line a step, on stderr: stdout is for results.
 * @param {string} text
 */
export function step(text) {
  console.error(`» ${text}`);
}

/**
 * Runs a command in the foreground; where it fails, this process ends as well. What it prints goes to stderr.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ stdout?: 'inherit' }} [options] `stdout`: what it prints is the result
 */
export function run(command, args, { stdout } = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', stdout ?? 2, 2] });
  if (error) throw error;
  if (status !== 0) {
    console.error(`"${command} ${args.join(' ')}" failed.`);
    process.exit(1);
  }
}

/**
 * When a file, or anything in a folder, was last changed, in epoch milliseconds; 0 where there is none.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // A folder's own time tells of files that were removed.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
