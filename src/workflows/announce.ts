import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import type { ChangeNote, Report } from '../job/report.js';
import type { Job } from '../job/schema/job.js';
import { type SearchAttributeName, startValues } from '../job/search-attributes.js';
import type { MigrationMemo } from './definitions.js';
import { currentDetails } from './explain.js';
import { known, type State } from './state.js';
import { shownPhase, underWay } from './tell.js';

const keyword = (name: SearchAttributeName) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const PHASE = keyword('RocketliftPhase');
const DIRTY = defineSearchAttributeKey(
  'RocketliftDirty' satisfies SearchAttributeName,
  SearchAttributeType.INT,
);

/** Time between two memos of a running run, in milliseconds: each is an event in its history. */
const MEMO_MS = 5000;
/** More inputs than this are left out of those memos; the last one has them all. */
const INPUTS_IN_MEMO = 20;

/** Tells the outside how the run is: details for the UI, search attributes, memo. */
export class Announcer {
  readonly #searchAttributes: boolean;
  #phase: string | undefined;
  #dirty: number | undefined;
  #memoAt: number;
  #lastChange: ChangeNote | undefined;
  /** Partitions that waited with something done, which the last memo counts: once they are launched, their heartbeats hold it. */
  #counted: ReadonlySet<number> = new Set();

  constructor(searchAttributes: boolean, now: number) {
    this.#searchAttributes = searchAttributes;
    this.#memoAt = now;
  }

  /** Names the run once its job is known. */
  name(job: Job): void {
    if (!this.#searchAttributes) return;
    upsertSearchAttributes(startValues(job).map(([name, value]) => ({ key: keyword(name), value })));
  }

  /** Costs an event of history only where something changed that others look for. */
  progress(
    job: Job | undefined,
    state: State,
    running: readonly string[],
    now: number,
    soFar: () => Report,
  ): void {
    setCurrentDetails(currentDetails(job, state, running, now));
    const { dirty } = known(state).records;
    const phase = shownPhase(state);
    if (this.#searchAttributes && (phase !== this.#phase || dirty !== this.#dirty)) {
      upsertSearchAttributes([
        { key: PHASE, value: phase },
        { key: DIRTY, value: dirty },
      ]);
    }
    const lastChange = state.live.changes.at(-1);
    const isDue = phase !== this.#phase || lastChange !== this.#lastChange || now - this.#memoAt >= MEMO_MS;
    if (isDue || state.running.some(({ partition }) => this.#counted.has(partition.index))) {
      this.#memoAt = now;
      this.#lastChange = lastChange;
      this.#counted = new Set(
        state.waiting.flatMap(({ partition, from }) => (from ? [partition.index] : [])),
      );
      const report = soFar();
      const { topics: _, ...soFarReport } = report;
      this.#memo({
        soFar: report.inputs.length > INPUTS_IN_MEMO ? { ...soFarReport, inputs: [] } : soFarReport,
        underWay: underWay(state),
        writtenBefore: state.writtenBefore,
      });
    }
    this.#phase = phase;
    this.#dirty = dirty;
  }

  /** The last word of a run, in every end state but terminated. */
  report(report: Report): void {
    this.#memo({ report });
  }

  #memo(memo: MigrationMemo): void {
    upsertMemo({ ...memo });
  }
}
