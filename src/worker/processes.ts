import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault, type FaultInfo } from '../job/fault.js';
import type { OthersNews, ProcessNews } from './channel.js';

/** How long to wait before a process that ended is replaced: twice as long each time. In milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** One that polled for so long before it ended was no failed attempt. In milliseconds. */
const STEADY_MS = 60_000;

/** One that has given no sign of life for so long is not waited for. In milliseconds. */
const SILENT_MS = 15_000;

export interface ProcessesOptions {
  /** 1 or more. */
  readonly count: number;
  /** Starts one, with a channel over which it tells {@link ProcessNews}. It drains and ends at SIGTERM. */
  readonly start: () => ChildProcess;
  /** Told their ids once, when all of them poll. */
  readonly onPolling: (pids: readonly number[]) => void;
  /** Told of each that ended without being asked to. */
  readonly onEnd: (text: string) => void;
}

/** A place for one process, and for those that come after it. */
interface Place {
  child?: ChildProcess;
  /** Since when the one that is there polls, in milliseconds since 1970. */
  pollsSince?: number;
  /** When there was last one that was well. */
  wellAt?: number;
  /** Activities of the one that is there. */
  activities: number;
  /** What it was told last of the others. */
  told?: OthersNews['fewest'];
}

interface End {
  /** How it ended, after "Worker process 123". */
  readonly text: string;
  readonly code: number;
  /** What it said itself of why it ended. */
  readonly fault?: FaultInfo;
  /** How long it polled, in milliseconds; 0 for one that never did. */
  readonly polledMs: number;
}

/** Keeps a number of worker processes: one that ends without being asked to is replaced. */
export class WorkerProcesses {
  readonly #options: ProcessesOptions;
  readonly #places: readonly Place[];
  readonly #ending = new AbortController();
  #told = false;
  #fault: Fault | undefined;

  constructor(options: ProcessesOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, () => ({ activities: 0 }));
  }

  /**
   * Starts them, and resolves when all have ended.
   * @returns the exit code: 0 if all of them drained, else the highest of theirs
   * @throws Fault what kept one from polling while no other one polled: starting it again would hardly help
   */
  async run(): Promise<number> {
    const codes = await Promise.all(this.#places.map((place) => this.#keep(place)));
    if (this.#fault) throw this.#fault;
    return Math.max(...codes);
  }

  /** Asks all to drain and end, once. */
  stop(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    for (const { child } of this.#places) child?.kill('SIGTERM');
  }

  /** Ends all at once. */
  kill(): void {
    this.#ending.abort();
    for (const { child } of this.#places) child?.kill('SIGKILL');
  }

  /** When the last sign of life came from the one that has been silent longest, in milliseconds since 1970. */
  get wellAt(): number | undefined {
    const times = this.#places.map(({ wellAt }) => wellAt ?? Number.NaN);
    const earliest = Math.min(...times);
    return Number.isNaN(earliest) ? undefined : earliest;
  }

  async #keep(place: Place): Promise<number> {
    const { signal } = this.#ending;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const { text, code, fault, polledMs } = await this.#runOne(place);
      if (signal.aborted) return code;
      if (fault && polledMs === 0 && this.#places.every(({ pollsSince }) => pollsSince === undefined)) {
        this.#fault = new Fault(fault);
        this.stop();
        return code;
      }
      if (polledMs >= STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      this.#options.onEnd(`Worker process ${text} Another one starts in ${pauseMs / 1000} s.`);
      // An abort is the end of the wait, not a fault.
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return 0;
    }
  }

  async #runOne(place: Place): Promise<End> {
    const child = this.#options.start();
    Object.assign(place, { child, activities: 0, told: null });
    let fault: FaultInfo | undefined;
    child.on('message', (news: ProcessNews) => {
      if (news.news === 'failed') fault = news.fault;
      else this.#note(place, news);
    });
    try {
      // The last news may come behind the exit.
      const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
      const polledMs = place.pollsSince === undefined ? 0 : Math.max(1, Date.now() - place.pollsSince);
      return endOf(child, { code, signal, fault, polledMs });
    } catch (error) {
      return { text: `could not be started: ${(error as Error).message}.`, code: 1, polledMs: 0 };
    } finally {
      place.child = undefined;
      place.pollsSince = undefined;
      this.#spread();
    }
  }

  #note(place: Place, news: Exclude<ProcessNews, { news: 'failed' }>): void {
    if (news.news === 'busy') place.activities = news.activities;
    else if (news.news === 'well') place.wellAt = Date.now();
    else place.pollsSince = Date.now();
    this.#spread();
    if (this.#told || this.#places.some(({ pollsSince }) => pollsSince === undefined)) return;
    this.#told = true;
    this.#options.onPolling(this.#places.map(({ child }) => child!.pid!));
  }

  /** Tells each how busy the others are, so that it leaves work to those that have less. */
  #spread(): void {
    const since = Date.now() - SILENT_MS;
    const isWell = ({ pollsSince, wellAt = 0 }: Place) => pollsSince !== undefined && wellAt >= since;
    for (const place of this.#places) {
      const others = this.#places.filter((other) => other !== place && isWell(other));
      const fewest = others.length === 0 ? null : Math.min(...others.map(({ activities }) => activities));
      if (fewest === place.told || !place.child?.connected) continue;
      place.told = fewest;
      // One that is gone shows at its exit.
      place.child.send({ fewest } satisfies OthersNews, () => {});
    }
  }
}

interface Exit extends Pick<End, 'fault' | 'polledMs'> {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function endOf({ pid }: ChildProcess, { code, signal, fault, polledMs }: Exit): End {
  // One that had nothing to drain yet does not know the signal either.
  const asked = signal === 'SIGTERM' && polledMs === 0;
  return { text: `${pid} ${howEnded(code, signal, fault)}`, code: asked ? 0 : (code ?? 1), fault, polledMs };
}

function howEnded(code: number | null, signal: NodeJS.Signals | null, fault?: FaultInfo): string {
  if (fault) return `failed: ${fault.message} ${fault.mend}`;
  if (signal !== null) return `was ended by ${signal}.`;
  return code === 0 ? 'has ended in good order.' : `ended with exit code ${code}.`;
}
