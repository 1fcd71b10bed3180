import type { FaultInfo } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import {
  addRecords,
  FURTHER_INPUTS,
  type InputReport,
  MAX_NAMED_INPUTS,
  NO_RECORDS,
  type Phase,
  type Progress,
  type RecordCounts,
  type Report,
  type RunState,
  rateOf,
  tallyOf,
} from '../job/report.js';
import { isTopicTemplate } from '../job/topic-template.js';
import { isStopped, liveState } from './live.js';
import { atRest, type State } from './state.js';
import { topicsAtRest } from './topics.js';

/** The phase as it is shown: a run that is paused or held is that, whatever it was about. */
export function shownPhase({ phase, live }: State): Phase {
  if (!isStopped(live) || phase === 'draining' || phase === 'done') return phase;
  return live.held ? 'held' : 'paused';
}

export function progressOf(state: State): Progress {
  return {
    ...atRest(state),
    phase: shownPhase(state),
    ...(state.live.held && { held: state.live.held }),
    partitions: {
      done: state.partitionsDone,
      running: state.running.length,
      known: state.partitionsKnown,
      listed: state.listed,
    },
    underWay: underWay(state),
    writtenBefore: state.writtenBefore,
    sourceBytes: { done: state.sourceBytesDone, total: state.validated?.sourceBytes ?? 0 },
  };
}

/** What partitions that are being written had done before they were launched. */
export const underWay = ({ running }: State): Progress['underWay'] =>
  running.flatMap(({ partition, from }) =>
    from ? [{ partition: partition.index, before: tallyOf(from) }] : [],
  );

export interface ReportOf {
  readonly job: string;
  readonly runId: string;
  /** How the run has ended. @default it goes on */
  readonly runState?: RunState;
  readonly now: number;
  readonly error?: FaultInfo;
}

export function reportOf(state: State, { job, runId, runState, now, error }: ReportOf): Report {
  const durationMs = now - state.startedAt;
  const tally = tallyOf(atRest(state));
  const { changes } = state.live;
  const { replay } = state;
  const dirtyStore = state.validated?.dirtyStore ?? state.dirtyStore;
  return {
    job,
    runId,
    state: runState ?? liveState(state.live),
    ...tally,
    durationMs,
    rate: rateOf(tally.records.written - state.writtenBefore, durationMs),
    partitions: state.partitionsDone,
    ...(state.verified && { verified: state.verified }),
    warnings: state.warnings,
    ...(error && { error }),
    ...(changes.length > 0 && { changes }),
    ...(dirtyStore !== undefined && { dirtyStore }),
    ...(state.retryOf !== undefined && { retryOf: state.retryOf }),
    ...(replay && { replayOf: { run: replay.run, records: replay.before } }),
    ...topicsOf(state),
    inputs: inputsOf(state),
  };
}

/** By topic, of a job with many. */
function topicsOf(state: State): Pick<Report, 'topics'> {
  const sink = state.validated?.job.sink;
  if (!sink || !isTopicTemplate(sink.topic)) return {};
  return {
    topics: topicsAtRest(state).map(({ topic, sent }) => ({ name: fullTopic({ ...sink, topic }), ...sent })),
  };
}

/** By input: what is done, and what is done of partitions that wait. */
function inputsOf({ inputs, furtherInputs, waiting }: State): InputReport[] {
  const named = new Map<string, RecordCounts>(Object.entries(inputs));
  let further = furtherInputs;
  for (const { partition, from } of waiting) {
    if (!from) continue;
    const before = named.get(partition.input);
    if (before || named.size < MAX_NAMED_INPUTS) {
      named.set(partition.input, addRecords(before ?? NO_RECORDS, from.records));
    } else further = addRecords(further ?? NO_RECORDS, from.records);
  }
  const reports = [...named].map(([name, records]) => ({ name, ...records }));
  return further ? [...reports, { name: FURTHER_INPUTS, ...further }] : reports;
}
