import { SingleBar } from 'cli-progress';
import type { RunProgress } from '../client/progress.js';
import { number } from './format.js';
import { say } from './output.js';
import { fractionDone, phaseText, progressLine, troubles } from './progress-text.js';

/** Where the progress of a run is shown. */
export interface ProgressView {
  show(progress: RunProgress): void;
  /** A line for people, beside the progress. */
  say(text: string): void;
  close(): void;
}

/** The bar that is on the terminal now. */
let shown: ProgressView | undefined;

/** A line for people that may come at any time: above the bar, if there is one. */
export function sayBesideProgress(text: string): void {
  if (shown) shown.say(text);
  else say(text);
}

/** A bar where standard error is a terminal, lines elsewhere; nothing for scripts. */
export function createProgressView(json: boolean): ProgressView {
  if (json) return { show: () => {}, say, close: () => {} };
  return process.stderr.isTTY ? bar() : lines();
}

/** Time between two lines, so that a log does not fill. */
const LINE_MS = 5_000;

function lines(): ProgressView {
  const rateOf = rate();
  let last = '';
  let lastAt = 0;
  return {
    show(progress) {
      if (Date.now() - lastAt < LINE_MS) return;
      const state = progressLine(progress, 0);
      if (state === last) return;
      lastAt = Date.now();
      last = state;
      say(progressLine(progress, rateOf(progress.records.read)));
    },
    say,
    close: () => {},
  };
}

const STEPS = 1_000;

function bar(): ProgressView {
  const rateOf = rate();
  const format = '{phase} [{bar}] {percentage}% | {records} records | {rate}/s{dirty}{trouble}';
  const single = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
  let started = false;
  let value = 0;
  const view: ProgressView = {
    show(progress) {
      shown = view;
      const { read, dirty } = progress.records;
      const payload = {
        phase: phaseText(progress),
        records: number(read),
        rate: number(rateOf(read)),
        dirty: dirty > 0 ? ` | ${number(dirty)} dirty` : '',
        trouble: troubles(progress)
          .map((text) => ` | ${text}`)
          .join(''),
      };
      // An estimate may turn out too high, but a bar that goes back frightens.
      value = Math.max(value, Math.floor(fractionDone(progress) * STEPS));
      if (started) single.update(value, payload);
      else single.start(STEPS, value, payload);
      started = true;
    },
    say(text) {
      if (started) single.stop();
      started = false;
      say(text);
    },
    close() {
      shown = undefined;
      if (started) single.stop();
      started = false;
    },
  };
  return view;
}

/** Records a second since the last call. */
function rate(): (records: number) => number {
  let last: { records: number; at: number } | undefined;
  return (records) => {
    const now = Date.now();
    const result = last && now > last.at ? ((records - last.records) * 1_000) / (now - last.at) : 0;
    last = { records, at: now };
    return Math.max(0, Math.round(result));
  };
}
