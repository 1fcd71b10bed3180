import { appendFile } from 'node:fs/promises';
import { expect, inject } from 'vitest';
import type { MigrationClient } from '../../../src/client/migration-client.js';
import type { RunProgress } from '../../../src/client/progress.js';
import type { RunRef } from '../../../src/client/run-ref.js';
import type { Stack } from '../../../src/dev/stack.js';
import type { FaultInfo } from '../../../src/job/fault.js';
import type { Report } from '../../../src/job/report.js';
import { until } from '../../support/until.js';
import { type Arrived, arrived, missing } from './arrived.js';
import type { DirtyEvery } from './rows.js';
import type { FaultName, FaultRow } from './table.js';
import type { FaultTransport } from './transports.js';

interface FaultyRunOptions {
  readonly client: MigrationClient;
  /** Whose brokers hold the topic. */
  readonly stacks: () => readonly Stack[];
  readonly run: RunRef;
  readonly transport: FaultTransport;
  readonly topic: string;
  /** The input. */
  readonly path: string;
  /** How many it has. */
  readonly rows: number;
  readonly dirtyEvery: DirtyEvery;
}

/** A run that something happens to, and what a test asks of it. */
export class FaultyRun {
  readonly #options: FaultyRunOptions;

  constructor(options: FaultyRunOptions) {
    this.#options = options;
  }

  get run(): RunRef {
    return this.#options.run;
  }

  get topic(): string {
    return this.#options.topic;
  }

  get path(): string {
    return this.#options.path;
  }

  get rows(): number {
    return this.#options.rows;
  }

  /** The run that goes on with this one. */
  goneOnWith(run: RunRef): FaultyRun {
    return new FaultyRun({ ...this.#options, run });
  }

  /** How far it is, as Temporal knows it. */
  async progress(): Promise<RunProgress> {
    return await this.#options.client.progress(this.run);
  }

  /** Records written. */
  async written(): Promise<number> {
    return (await this.progress()).records.written;
  }

  /** Waits until there is something to see. Fails if the run ends before. */
  async until<T>(
    look: (progress: RunProgress) => Promise<T | undefined | false> | T | undefined | false,
  ): Promise<T> {
    return until(async () => {
      const progress = await this.progress();
      const seen = await look(progress);
      if (!seen && progress.state !== 'running') throw new Error(`the run is ${progress.state} already`);
      return seen;
    });
  }

  /** Waits until more than so many records are written. */
  async isBeyond(records: number): Promise<void> {
    await this.until(({ records: { written } }) => written > records);
  }

  /** Waits until the run says what it waits for. */
  async waitsFor(): Promise<FaultInfo> {
    return this.until(
      ({ activities }) => activities.find(({ heartbeat }) => heartbeat?.waitingFor)?.heartbeat?.waitingFor,
    );
  }

  /** Seconds from now until the run is seen further than now. */
  async secondsToMove(from = this.written()): Promise<number> {
    const since = performance.now();
    await this.isBeyond(await from);
    return (performance.now() - since) / 1000;
  }

  async end(): Promise<Report> {
    return this.#options.client.wait(this.run);
  }

  /** What the broker itself holds. */
  async arrived(): Promise<Arrived> {
    return arrived(this.#options.stacks(), this.topic, this.rows);
  }

  /**
   * Waits for the end, and checks that the run has written every record that is not dirty, that the broker holds each of them,
   * and none more often than the report says.
   */
  async endsComplete(): Promise<RunEnd & { readonly found: Arrived }> {
    const { rows, dirtyEvery, transport } = this.#options;
    const report = await this.end();
    const dirty = dirtyEvery === undefined ? 0 : Math.ceil(rows / dirtyEvery);
    const written = rows - dirty;
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: rows, written, dirty, filtered: 0 },
    });
    const found = await this.arrived();
    expect(missing(found, { dirtyEvery })).toEqual([]);
    const duplicates = found.messages - written;
    expect(duplicates).toBeLessThanOrEqual(report.duplicatesAtMost);
    return { transport, report, found, duplicates };
  }
}

/** Waits until so many milliseconds have passed: what a fault lasts is the test's to choose. */
export async function passed(ms: number): Promise<void> {
  const since = performance.now();
  await until(async () => performance.now() - since >= ms);
}

/** What came of a run. */
export interface RunEnd {
  readonly transport: FaultTransport;
  readonly report: Report;
  /** Messages that the broker holds once more. */
  readonly duplicates: number;
}

interface NoteOptions {
  /** The longest that it took to get on, once all was whole again. @default not measured */
  readonly recoverySeconds?: number;
  /** How often it broke. @default once */
  readonly times?: number;
}

/** Hands a row of the table in docs/reliability.md in: the last thing that a green test does. */
export async function noteFault(
  fault: FaultName,
  { transport, report, duplicates }: RunEnd,
  { recoverySeconds, times }: NoteOptions = {},
): Promise<void> {
  const row: FaultRow = {
    fault,
    transport,
    records: report.records.read,
    // The test would not be green otherwise.
    lost: 0,
    duplicates,
    duplicatesAtMost: report.duplicatesAtMost,
    ...(recoverySeconds !== undefined && { recoverySeconds }),
    ...(times !== undefined && { times }),
    retries: report.retries,
  };
  await appendFile(inject('faultRows'), `${JSON.stringify(row)}\n`);
}
