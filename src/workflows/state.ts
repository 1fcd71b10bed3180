import type { ValidateResult } from '../activities/types.js';
import type { FaultInfo } from '../job/fault.js';
import {
  addRecords,
  addTally,
  FURTHER_INPUTS,
  type InputReport,
  MAX_NAMED_INPUTS,
  NO_RECORDS,
  NOTHING,
  type Phase,
  type Progress,
  type RecordCounts,
  type Report,
  type RunState,
  rateOf,
  type Tally,
  type Watermark,
} from '../job/report.js';
import type { Cursor, Partition, PartitionPage } from '../sources/source.js';

const MAX_WARNINGS = 50;

/** A partition to be written, or what is left of it. */
export interface Piece {
  readonly partition: Partition;
  /** Where an earlier write activity stopped, and what it had counted. */
  readonly from?: Watermark;
}

/**
 * All that a run knows of itself. Plain data of bounded size: it is what a continued run takes over, so partitions
 * that are done stand in it as counts only.
 */
export interface State {
  validated?: ValidateResult;
  /** When the first run of the chain started, in milliseconds since 1970. */
  readonly startedAt: number;
  phase: Phase;
  tally: Tally;
  /** Counts by input, for the first inputs; the others are summed in `furtherInputs`. */
  readonly inputs: Record<string, RecordCounts>;
  furtherInputs?: RecordCounts;
  warnings: string[];
  /** What waits to be launched. */
  waiting: Piece[];
  /** Where the next page of partitions begins; `listed` once there is none. */
  cursor?: Cursor;
  listed: boolean;
  partitionsKnown: number;
  partitionsDone: number;
  sourceBytesDone: number;
  lastError?: FaultInfo;
  /** How the run has ended, once it has. */
  ended?: RunState;
}

export function initialState(now: number): State {
  return {
    startedAt: now,
    phase: 'validating',
    tally: NOTHING,
    inputs: {},
    warnings: [],
    waiting: [],
    listed: false,
    partitionsKnown: 0,
    partitionsDone: 0,
    sourceBytesDone: 0,
  };
}

export function addPage(state: State, { partitions, next, warnings }: PartitionPage): void {
  state.waiting.push(...partitions.map((partition) => ({ partition })));
  state.partitionsKnown += partitions.length;
  state.cursor = next;
  state.listed = next === undefined;
  addWarnings(state, warnings);
}

export function addWarnings(state: State, warnings: readonly string[]): void {
  for (const warning of warnings) {
    if (state.warnings.includes(warning)) continue;
    if (state.warnings.length < MAX_WARNINGS) state.warnings.push(warning);
    else if (state.warnings.length === MAX_WARNINGS)
      state.warnings.push("More warnings stand in the worker's log.");
  }
}

/** Takes in what a write activity has done, whether it came to the partition's end or not. */
export function addPartition(state: State, partition: Partition, watermark: Watermark): void {
  state.tally = addTally(state.tally, watermark);
  const { input } = partition;
  // Own ones only: a file may be called `constructor`.
  const named = Object.hasOwn(state.inputs, input);
  if (named || Object.keys(state.inputs).length < MAX_NAMED_INPUTS) {
    state.inputs[input] = addRecords(named ? state.inputs[input] : NO_RECORDS, watermark.records);
  } else {
    state.furtherInputs = addRecords(state.furtherInputs ?? NO_RECORDS, watermark.records);
  }
  if (watermark.done) {
    state.partitionsDone++;
    state.sourceBytesDone += partition.sourceBytes;
  }
}

export function progressOf(state: State, running: number): Progress {
  return {
    ...state.tally,
    phase: state.phase,
    partitions: {
      done: state.partitionsDone,
      running,
      known: state.partitionsKnown,
      listed: state.listed,
    },
    sourceBytes: { done: state.sourceBytesDone, total: state.validated?.sourceBytes ?? 0 },
  };
}

export interface ReportOf {
  readonly job: string;
  readonly runId: string;
  readonly runState: RunState;
  readonly now: number;
  readonly error?: FaultInfo;
}

export function reportOf(state: State, { job, runId, runState, now, error }: ReportOf): Report {
  const durationMs = now - state.startedAt;
  const { records, messages, bytes, retries, duplicatesAtMost } = state.tally;
  return {
    job,
    runId,
    state: runState,
    records,
    messages,
    bytes,
    durationMs,
    rate: rateOf(records, durationMs),
    retries,
    duplicatesAtMost,
    partitions: state.partitionsDone,
    warnings: state.warnings,
    ...(error && { error }),
    inputs: inputsOf(state),
  };
}

function inputsOf({ inputs, furtherInputs }: State): InputReport[] {
  const named = Object.entries(inputs).map(([name, records]) => ({ name, ...records }));
  return furtherInputs ? [...named, { name: FURTHER_INPUTS, ...furtherInputs }] : named;
}
