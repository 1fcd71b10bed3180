import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ErrorOutput } from '../../src/cli/exit.js';
import { idleJob } from '../client/jobs.js';
import { CLOSED_PORT, json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;

/** Mistakes are told without asking any server, so that one can be corrected anywhere. */
const OFFLINE = { env: { TEMPORAL_ADDRESS: CLOSED_PORT } };

describe('wrong use ends with 2', () => {
  it.concurrent.each([
    ['an unknown command', ['rum'], /unknown command 'rum'[\s\S]*Did you mean run\?/],
    ['no command', [], /Usage: rocketlift/],
    ['a missing argument', ['run'], /missing required argument 'job'/],
    ['an unknown option', ['list', '--limt', '3'], /unknown option '--limt'/],
    ['a value that is none', ['list', '--limit', '0'], /a whole number, 1 or more/],
    ['no process', ['worker', '--processes', '0'], /a whole number, 1 or more/],
    ['a part of a process', ['worker', '--processes', '1.5'], /Not a whole number/],
    ['a run that can be none', ['watch', 'orders/latest'], /"orders\/latest" names no run/],
    ['a job file that is not there', ['run', 'no-such.yaml'], /no-such\.yaml can not be read/],
  ] as const)('%s', async (_, args, says) => {
    const plain = await cli.run(args, OFFLINE);
    expect(plain).toMatchObject({ code: 2, stdout: '' });
    expect(plain.stderr).toMatch(says);
  });

  it('with --json as the documented document', async () => {
    const results = await Promise.all(
      [
        ['run', '--json'],
        ['report', 'a/b', '--json'],
        ['start', 'no-such.yaml', '--json'],
      ].map((args) => cli.run(args, OFFLINE)),
    );
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2]);
    const errors = results.map((result) => json<ErrorOutput>(result).error);
    expect(errors.map(({ code }) => code)).toEqual(['wrong_use', 'invalid_run', 'job_file_unreadable']);
    for (const error of errors) {
      expect(error).toEqual({
        code: expect.any(String),
        fault: 'user',
        message: expect.stringMatching(/\S/),
        mend: expect.stringMatching(/\S/),
      });
    }
  });
});

const MISTAKEN = `name: orders
source:
  type: csv
  path: orders.csv
  delimitr: ";"
sink:
  endpoints: 127.0.0.1:8081
  topic: orders
settings:
  parallelism: many
`;

describe('an invalid job file ends with 2', () => {
  it.concurrent.each(['run', 'start', 'check'])(
    'in %s: every mistake with its place, and the nearest name',
    async (command) => {
      await bench.file('mistaken.yaml', MISTAKEN);
      const { code, stdout, stderr } = await cli.run([command, 'mistaken.yaml'], OFFLINE);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/mistaken\.yaml:5:3 .*delimitr.*did you mean "?delimiter/);
      expect(stderr).toMatch(/mistaken\.yaml:10:16 .*settings\.parallelism.*whole number/);
    },
  );

  it('with --json as data', async () => {
    await bench.file('mistaken.yaml', MISTAKEN);
    const result = await cli.run(['run', 'mistaken.yaml', '--json'], OFFLINE);
    expect(result.code).toBe(2);
    expect(json<ErrorOutput>(result).error).toMatchObject({
      code: 'invalid_job',
      fault: 'user',
      problems: [
        { file: 'mistaken.yaml', line: 5, column: 3, path: 'source.delimitr', nearest: 'delimiter' },
        { file: 'mistaken.yaml', line: 10, column: 16, path: 'settings.parallelism' },
      ],
    });
  });
});

describe('a run that is not as the command needs it ends with 2', () => {
  it('run and start of a job that runs already', async () => {
    const job = await idleJob(bench);
    const run = await bench.client.start(job);
    const path = await cli.jobFile(job);
    const [again, started] = await Promise.all([cli.run(['run', path]), cli.run(['start', path, '--json'])]);

    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toContain(`rocketlift watch ${run.workflowId}`);
    expect(started.code).toBe(2);
    expect(json(started)).toMatchObject({ error: { code: 'already_running', fault: 'user' } });
    await bench.temporal.workflow.getHandle(run.workflowId).terminate();
  });

  it('any command about a run that the server does not know', async () => {
    const run = `job-${randomUUID()}`;
    const commands = ['watch', 'describe', 'report', 'cancel'];
    const results = await Promise.all(commands.map((command) => cli.run([command, run, '--json'])));
    for (const result of results) {
      expect(result.code).toBe(2);
      expect(json(result)).toMatchObject({ error: { code: 'run_not_found' } });
      expect(result.stderr).toContain(run);
    }
  });
});
