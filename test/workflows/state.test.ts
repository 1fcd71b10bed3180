import { describe, expect, it } from 'vitest';
import { FURTHER_INPUTS, MAX_NAMED_INPUTS, NOTHING, type Watermark } from '../../src/job/report.js';
import { registerCommand, SEARCH_ATTRIBUTES } from '../../src/job/search-attributes.js';
import type { Partition } from '../../src/sources/source.js';
import { addPage, addPartition, addWarnings, initialState } from '../../src/workflows/state.js';
import { progressOf, reportOf } from '../../src/workflows/tell.js';

const partition = (index: number, input = `file-${index}`): Partition => ({
  index,
  input,
  label: input,
  sourceBytes: 10,
  start: 0,
  spec: null,
});

const watermark = (written: number, more: Partial<Watermark> = {}): Watermark => ({
  ...NOTHING,
  records: { read: written, written, dirty: 0, filtered: 0 },
  messages: written,
  position: 10,
  done: true,
  ...more,
});

const report = (state: ReturnType<typeof initialState>) =>
  reportOf(state, { job: 'j', runId: 'r', runState: 'completed', now: 3000 });

describe('the state of a run', () => {
  it('names two hundred inputs, and sums the rest in one more entry', () => {
    const state = initialState(1000, 'j/r');
    for (let index = 0; index < MAX_NAMED_INPUTS + 5; index++)
      addPartition(state, partition(index), watermark(2));
    addPartition(state, partition(999, 'file-0'), watermark(3));
    const { inputs, records } = report(state);
    expect(inputs).toHaveLength(MAX_NAMED_INPUTS + 1);
    expect(inputs[0]).toMatchObject({ name: 'file-0', written: 5 });
    expect(inputs[MAX_NAMED_INPUTS]).toEqual({
      name: FURTHER_INPUTS,
      read: 10,
      written: 10,
      dirty: 0,
      filtered: 0,
    });
    expect(inputs.reduce((sum, { read }) => sum + read, 0)).toBe(records.read);
  });

  it('takes an input for one of its own only if it is, whatever its name', () => {
    const state = initialState(1000, 'j/r');
    addPartition(state, partition(0, 'constructor'), watermark(1));
    expect(report(state).inputs).toEqual([
      { name: 'constructor', read: 1, written: 1, dirty: 0, filtered: 0 },
    ]);
  });

  it('counts a partition as done only when it was read to its end', () => {
    const state = initialState(1000, 'j/r');
    addPage(state, { partitions: [partition(0), partition(1)], warnings: [] });
    addPartition(state, partition(0), watermark(7));
    const from = watermark(3, { done: false });
    state.waiting = [{ partition: partition(1), from }];
    expect(report(state)).toMatchObject({
      records: { written: 10 },
      inputs: [
        { name: 'file-0', written: 7 },
        { name: 'file-1', written: 3 },
      ],
    });
    // Launched again, its heartbeat tells of it.
    state.running = state.waiting.splice(0);
    expect(progressOf(state)).toMatchObject({
      records: { written: 7 },
      underWay: [{ partition: 1, before: { records: { written: 3 } } }],
      partitions: { done: 1, running: 1, known: 2, listed: true },
      sourceBytes: { done: 10 },
    });
    expect(report(state)).toMatchObject({ partitions: 1, durationMs: 2000, rate: 4 });
  });

  it('keeps a bounded number of warnings, each once', () => {
    const state = initialState(0, 'j/r');
    addWarnings(state, ['a', 'a', ...Array.from({ length: 500 }, (_, n) => `warning ${n}`)]);
    expect(state.warnings).toHaveLength(51);
    expect(state.warnings[50]).toContain('log');
  });
});

it('the command that registers the search attributes names each with its type', () => {
  const command = registerCommand('orders');
  expect(command).toContain('--namespace orders');
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES))
    expect(command).toContain(`--name ${name} --type ${type}`);
});
