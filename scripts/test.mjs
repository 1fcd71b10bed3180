import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setup, step } from './setup.mjs';

/**
 * `npm test -- [what vitest takes]`: the checks, then the tests. `--write-table` writes what the tests of faults found into
 * docs/reliability.md; `--quick` leaves out `test/faults` and the files that are named slow. The last line is
 * `N passed, N failed`; failed checks count as one failure, as does each test file that can't be loaded. Ends with 0 only where something ran and nothing failed.
 */

/** @typedef {{ status: string }} Test */
/** @typedef {{ status: string, assertionResults: Test[] }} TestFile */

const given = process.argv.slice(2);
const args = given.filter((arg) => arg !== '--write-table' && arg !== '--quick');
if (given.includes('--write-table')) process.env.ROCKETLIFT_WRITE_TABLE = '1';
if (given.includes('--quick')) {
  process.env.ROCKETLIFT_QUICK = '1';
  args.push('--project', 'unit', '--project', 'servers');
}

let passed = 0;
let failed = 0;
// Also where setup ends the process: whoever reads the last line finds one.
process.on('exit', (code) => {
  if (code !== 0 && failed === 0) failed = 1;
  console.log(`${passed} passed, ${failed} failed`);
});

await setup();

step('Checking format, rules and types');
if (run('npm', ['run', '--silent', 'check']) !== 0) failed++;

step('Testing');
const folder = mkdtempSync(join(tmpdir(), 'rocketlift-test-'));
try {
  const file = join(folder, 'result.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const status = run('npx', ['vitest', 'run', ...reporters, ...args]);
  const files = results(file);
  const tests = files.flatMap((result) => result.assertionResults);
  passed += tests.filter((test) => test.status === 'passed').length;
  failed += tests.filter((test) => test.status === 'failed').length;
  failed += files.filter((result) => result.status === 'failed' && !hasFailure(result)).length;
  // Such as an error outside all tests, or nothing to run.
  if (failed === 0 && (status !== 0 || passed === 0)) failed++;
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed === 0 ? 0 : 1;

/** @param {TestFile} result */
function hasFailure(result) {
  return result.assertionResults.some((test) => test.status === 'failed');
}

/**
 * @param {string} file
 * @returns {TestFile[]}
 */
function results(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch (error) {
    // Vitest ended before it ran anything, and has said why.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {number} its exit code
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}
