import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { errorOutput, exitOfCancel, exitOfError, exitOfState } from '../../src/cli/exit.js';
import { userFault, worldFault } from '../../src/job/fault.js';
import { JobFileError } from '../../src/job/problem.js';

test.each([
  ['completed', 0],
  ['failed', 1],
  ['terminated', 1],
  ['cancelled', 4],
] as const)('a run that is %s: %i', (state, code) => expect(exitOfState(state)).toBe(code));

test.each([
  [4, false, 0],
  [1, false, 1],
  [0, false, 0],
  [1, true, 0],
  // It was over before it could be terminated.
  [0, true, 0],
  [130, false, 130],
  [130, true, 130],
])('cancel, of a run followed to %i, with --now %s: %i', (code, now, exit) =>
  expect(exitOfCancel(code, now)).toBe(exit),
);

test.each([
  [new CommanderError(1, 'commander.unknownOption', 'error: no'), 2],
  [new CommanderError(0, 'commander.helpDisplayed', ''), 0],
  [new JobFileError('o.yaml', []), 2],
  [userFault('already_running', 'It runs.', 'Wait.'), 2],
  [worldFault('temporal_unreachable', 'Gone.', 'Start it.'), 3],
  [worldFault('no_worker', 'Nobody.', 'Start one.'), 3],
  [worldFault('rocketmq_unreachable', 'Gone.', 'Start it.'), 1],
  [new TypeError('oops'), 1],
])('%s: %i', (error, code) => expect(exitOfError(error)).toBe(code));

test('every error has code, fault, message and mend', () => {
  for (const error of [
    new CommanderError(1, 'x', 'error: no'),
    worldFault('a', 'b', 'c'),
    new Error('d'),
    'text',
  ]) {
    expect(errorOutput(error).error).toEqual({
      code: expect.stringMatching(/^[a-z_]+$/),
      fault: expect.stringMatching(/^(user|world)$/),
      message: expect.any(String),
      mend: expect.any(String),
    });
  }
  const problem = { path: 'a', message: 'b' };
  expect(errorOutput(new JobFileError('o', [problem])).error).toMatchObject({
    code: 'invalid_job',
    problems: [problem],
  });
});
