import type { ReplaySpec, ValidateResult } from '../activities/types.js';
import type { FaultInfo } from '../job/fault.js';
import {
  addRecords,
  addTally,
  MAX_NAMED_INPUTS,
  NO_RECORDS,
  NOTHING,
  type Phase,
  type RecordCounts,
  type RunState,
  type Tally,
  type Watermark,
} from '../job/report.js';
import type { Verified } from '../job/verify.js';
import type { Cursor, Partition, PartitionPage } from '../sources/source.js';
import { type Live, newLive } from './live.js';
import { addSent, type TopicState } from './topics.js';

const MAX_WARNINGS = 50;

/** A partition to be written, or what is left of it. */
export interface Piece {
  readonly partition: Partition;
  /** Where an earlier write activity stopped, and what it had counted. */
  readonly from?: Watermark;
}

/**
 * All that a run knows of itself. Plain data of bounded size: it is what a continued run takes over, and one that retries, so
 * partitions that are done stand in it as counts only.
 */
export interface State {
  validated?: ValidateResult;
  /** When the first run of the chain started, in milliseconds since 1970. */
  startedAt: number;
  phase: Phase;
  /** Of the partitions that are done. */
  tally: Tally;
  /** Counts of those by input, for the first inputs; the others are summed in `furtherInputs`. */
  readonly inputs: Record<string, RecordCounts>;
  furtherInputs?: RecordCounts;
  warnings: string[];
  /** What waits to be launched. */
  waiting: Piece[];
  /** What is being written, as it was launched. */
  running: Piece[];
  /** Where the next page of partitions begins; `listed` once there is none. */
  cursor?: Cursor;
  listed: boolean;
  partitionsKnown: number;
  partitionsDone: number;
  sourceBytesDone: number;
  lastError?: FaultInfo;
  readonly live: Live;
  /** The run whose dirty records are kept together with those of this one, `workflowId/runId`. */
  storeRun: string;
  /** Where the run that this one goes on with has kept dirty records. */
  readonly dirtyStore?: string;
  /** The run that this one goes on with. */
  retryOf?: string;
  /** Records that were written before this run began. */
  writtenBefore: number;
  /** The dirty records that this run replays, instead of reading the job's source. */
  readonly replay?: ReplaySpec;
  /** What it writes to; of a retry, as it was before the first row of the first run. */
  readonly topics: TopicState[];
  /** Messages that were found again. */
  sampled?: number;
  verified?: Verified;
  /** How the run has ended, once it has. */
  ended?: RunState;
}

export function initialState(now: number, storeRun: string, replay?: ReplaySpec): State {
  return {
    startedAt: now,
    phase: 'validating',
    tally: NOTHING,
    inputs: {},
    warnings: [],
    waiting: [],
    running: [],
    listed: false,
    partitionsKnown: 0,
    partitionsDone: 0,
    sourceBytesDone: 0,
    live: newLive(),
    storeRun,
    topics: [],
    writtenBefore: 0,
    ...(replay && { replay }),
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

/** Takes in a partition that is done. */
export function addPartition(state: State, partition: Partition, watermark: Watermark): void {
  state.tally = addTally(state.tally, watermark);
  addWarnings(state, watermark.warnings ?? []);
  addSent(state, partition, watermark);
  const { input } = partition;
  // Own ones only: a file may be called `constructor`.
  const named = Object.hasOwn(state.inputs, input);
  if (named || Object.keys(state.inputs).length < MAX_NAMED_INPUTS) {
    state.inputs[input] = addRecords(named ? state.inputs[input] : NO_RECORDS, watermark.records);
  } else {
    state.furtherInputs = addRecords(state.furtherInputs ?? NO_RECORDS, watermark.records);
  }
  if (watermark.sampled !== undefined) state.sampled = (state.sampled ?? 0) + watermark.sampled;
  state.partitionsDone++;
  state.sourceBytesDone += partition.sourceBytes;
}

/** What stands to the account of partitions that are not being written: those that are done, and what is done of those that wait. */
export function atRest({ tally, waiting }: State): Tally {
  return waiting.reduce((sum, { from }) => (from ? addTally(sum, from) : sum), tally);
}

/** The same, and what was done of those that are being written before they were launched. */
export function known(state: State): Tally {
  return state.running.reduce((sum, { from }) => (from ? addTally(sum, from) : sum), atRest(state));
}
