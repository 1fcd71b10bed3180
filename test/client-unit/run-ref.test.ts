import { expect, test } from 'vitest';
import { parseRun, runText } from '../../src/client/run-ref.js';

const RUN_ID = '0198d3c2-5f0e-7d3a-9a54-0d1f2c3b4a59';

test.each(['orders', `orders/${RUN_ID}`])('%s comes back as it was', (text) =>
  expect(runText(parseRun(text))).toBe(text),
);

test('a run id is the same in any letter case', () =>
  expect(parseRun(`a/${RUN_ID.toUpperCase()}`)).toEqual({ workflowId: 'a', runId: RUN_ID }));

test.each(['', '/', `/${RUN_ID}`, 'a/', 'a/b', `a/${RUN_ID}/c`])('%j names no run', (text) =>
  expect(() => parseRun(text)).toThrow(expect.objectContaining({ code: 'invalid_run', fault: 'user' })),
);
