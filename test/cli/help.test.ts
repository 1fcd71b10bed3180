import { describe, expect, it } from 'vitest';
import { jobJsonSchema } from '../../src/job/schema/job.js';
import { jobFileMarkdown } from '../../src/job/schema/markdown.js';
import { json, useCli } from './cli.js';

const cli = useCli();

const COMMANDS = [
  'check',
  'topics',
  'run',
  'start',
  'watch',
  'describe',
  'report',
  'list',
  'cancel',
  'pause',
  'resume',
  'tune',
  'decide',
  'retry',
  'dirty',
  'dirty list',
  'dirty show',
  'dirty export',
  'dirty replay',
  'schedule',
  'schedule create',
  'schedule update',
  'schedule list',
  'schedule describe',
  'schedule pause',
  'schedule resume',
  'schedule trigger',
  'schedule backfill',
  'schedule delete',
  'worker',
  'health',
  'codec-server',
  'schema',
  'dev',
  'dev up',
  'dev status',
  'dev logs',
  'dev down',
];

describe('help', () => {
  it.concurrent.each(COMMANDS)('of %s has an example', async (command) => {
    const { code, stdout, stderr } = await cli.run([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: rocketlift ${command}`));
    expect(stdout).toMatch(new RegExp(`^Examples:\\n {2}\\$ rocketlift ${command}`, 'm'));
  });

  it('names every command and every exit code', async () => {
    const { code, stdout } = await cli.run(['--help']);
    expect(code).toBe(0);
    // The commands with a help of their own above are all there are.
    const listed = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}[A-Z]/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(COMMANDS.filter((name) => !name.includes(' ')).sort());
    for (const promise of ['0 done', '1 the run failed', '2 wrong use', '3 Temporal', '4 cancelled', '130']) {
      expect(stdout).toContain(promise);
    }
  });
});

describe('schema', () => {
  it('is the JSON Schema of the jobs that are accepted', async () => {
    const result = await cli.run(['schema']);
    expect(result.code).toBe(0);
    expect(json(result)).toEqual(jobJsonSchema());
  });

  it('is told in words with --markdown', async () => {
    const { code, stdout } = await cli.run(['schema', '--markdown']);
    expect(code).toBe(0);
    expect(stdout.trimEnd()).toBe(jobFileMarkdown().trimEnd());
  });
});
