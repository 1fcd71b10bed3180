import { CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { Limit } from '../job/error-limit.js';
import { type FaultInfo, isNotSafe } from '../job/fault.js';
import { placesWarnings } from '../job/places.js';
import type { Rate } from '../job/schema/job.js';
import {
  type Asked,
  announceCancelSignal,
  type Decision,
  decideUpdate,
  pauseUpdate,
  resumeUpdate,
  type Tuning,
  tuneUpdate,
} from './definitions.js';
import { failureOf } from './failures.js';
import { type Live, type LiveSettings, liveSettings, note } from './live.js';
import { addWarnings, known, type State } from './state.js';
import { limitText, rateText, tuningMistake } from './tuning.js';
import type { WriteWindow } from './write-window.js';

/** No limit at all, after a decision to go on. */
const UNLIMITED: Limit = { records: Number.MAX_SAFE_INTEGER, minRecords: 0 };

/** Takes what those who look after a run ask of it. */
export function setControlHandlers(state: State, window: WriteWindow): void {
  const { live } = state;
  const isDrained = () => window.isIdle || state.ended !== undefined;

  setHandler(
    pauseUpdate,
    async ({ by }) => {
      live.paused = note(live, by, 'pause', Date.now());
      window.look();
      // Answers when nothing is being sent any more, unless somebody changes his mind.
      await CancellationScope.nonCancellable(() => condition(() => isDrained() || !live.paused));
    },
    {
      description: 'Drains what is being written, and launches nothing until it is resumed.',
      validator: ({ by }) => {
        requireName(by);
        if (live.paused) refuse('is_paused', `It has been paused already, by ${live.paused.by}.`, RESUME);
      },
    },
  );
  setHandler(
    resumeUpdate,
    ({ by }) => {
      live.paused = undefined;
      note(live, by, 'resume', Date.now());
      window.look();
    },
    {
      description: 'Goes on where a pause stopped it.',
      validator: ({ by }) => {
        requireName(by);
        if (!live.paused) refuse('not_paused', 'It is not paused.', 'See how it is: rocketlift describe.');
      },
    },
  );
  setHandler(tuneUpdate, (tuning) => tune(state, window, tuning), {
    description: 'Changes rate, parallelism or error limit of the run.',
    validator: (tuning) => {
      requireName(tuning.by);
      if (!state.validated) {
        refuse('not_validated', 'Its job is still being validated.', 'Try again in a moment.');
      }
      const mistake = tuningMistake(tuning) ?? tooMuchAtOnce(state, tuning);
      if (mistake !== undefined) refuse('invalid_tuning', mistake, 'Give values as in a job file.');
      if (tuning.parallelism !== undefined && state.validated.job.sink.order === 'key') {
        const message =
          'Its messages keep their order (sink.order: key): partitions are written one after another.';
        refuse('invalid_tuning', message, 'Leave parallelism out.');
      }
      if (tuning.errorLimit && live.held) refuse('is_held', 'It is held at its error limit.', RAISE);
      const { dirty } = known(state).records;
      const { records } = tuning.errorLimit ?? {};
      if (records !== undefined && records < dirty) {
        const message = `There are ${dirty} dirty records already, more than ${records}.`;
        refuse('invalid_tuning', message, 'Give a higher limit, or end the run: rocketlift cancel.');
      }
    },
  });
  setHandler(decideUpdate, (decision) => decide(state, window, decision), {
    description: 'Decides what becomes of a run that is held: continue, raise the limit, or abort.',
    validator: ({ by, decision, records }) => {
      requireName(by);
      if (!live.held) refuse('not_held', 'It is not held.', 'See how it is: rocketlift describe.');
      if (!['continue', 'raise', 'abort'].includes(decision)) {
        refuse('invalid_decision', 'decision must be continue, raise or abort.', RAISE);
      }
      if (decision === 'raise' && !(Number.isSafeInteger(records) && Number(records) >= 0)) {
        refuse('invalid_decision', 'raise needs the number of dirty records to allow.', RAISE);
      }
      if (decision === 'raise' && isNotSafe(live.held)) {
        refuse('invalid_decision', 'It is held for something else than dirty records.', CONTINUE);
      }
      const { dirty } = known(state).records;
      if (decision === 'raise' && Number(records) < dirty) {
        refuse('invalid_decision', `There are ${dirty} dirty records already, more than ${records}.`, RAISE);
      }
    },
  });
  // A signal can't be refused, and may come from anybody, in any form.
  setHandler(announceCancelSignal, (asked: Partial<Asked> | undefined) => {
    note(live, isName(asked?.by) ? asked.by : 'somebody', 'cancel', Date.now());
  });
}

const RESUME = 'Let it go on: rocketlift resume.';
const RAISE = 'rocketlift decide RUN raise --records N';
const CONTINUE = 'rocketlift decide RUN continue, or abort.';

function tune(state: State, window: WriteWindow, { by, ...tuning }: Tuning): LiveSettings {
  const { live, validated } = state;
  if (!validated) throw new TypeError('the job has not been validated');
  const before = liveSettings(validated.job, live);
  const { parallelism, rate, errorLimit } = tuning;
  live.tuned = {
    ...live.tuned,
    ...(parallelism !== undefined && { parallelism }),
    ...(rate !== undefined && { rate: changedRate(before.rate, rate) }),
    ...(errorLimit !== undefined && { limit: changedLimit(before.limit, errorLimit) }),
  };
  const after = liveSettings(validated.job, live);
  noteTuning(live, by, before, after);
  addWarnings(state, placesWarnings(after));
  // Activities follow the rate by themselves if they had one, and are told of a limit when they are launched.
  if (errorLimit !== undefined || (before.rate === undefined && after.rate !== undefined)) window.recall();
  window.look();
  return after;
}

function noteTuning(live: Live, by: string, before: LiveSettings, after: LiveSettings): void {
  const changes = [
    ['parallelism', String(before.parallelism), String(after.parallelism)],
    ['rate', rateText(before.rate), rateText(after.rate)],
    ['error limit', limitText(before.limit), limitText(after.limit)],
  ].filter(([, then, now]) => then !== now);
  for (const [name, then, now] of changes) note(live, by, `${name}: ${then} → ${now}`, Date.now());
}

/** `null` takes a measure away; one that is not named stays. Without any there is no rate. */
function changedRate(before: Rate | undefined, { records, bytes }: NonNullable<Tuning['rate']>): Rate | null {
  const pick = (change: number | null | undefined, old: number | undefined) =>
    change === undefined ? old : (change ?? undefined);
  const next = { records: pick(records, before?.records), bytes: pick(bytes, before?.bytes) };
  if (next.records === undefined && next.bytes === undefined) return null;
  return {
    ...(next.records !== undefined && { records: next.records }),
    ...(next.bytes !== undefined && { bytes: next.bytes }),
  };
}

function changedLimit(before: Limit, { records, ratio }: NonNullable<Tuning['errorLimit']>): Limit {
  const { ratio: oldRatio, ...rest } = before;
  const nextRatio = ratio === undefined ? oldRatio : (ratio ?? undefined);
  return {
    ...rest,
    ...(records !== undefined && { records }),
    ...(nextRatio !== undefined && { ratio: nextRatio }),
  };
}

/** Temporal takes 4 MiB in one message, and a job goes to every partition that is launched; as in `activities/job-size.ts`. */
const MOST_AT_ONCE = 3 * 1024 * 1024;

function tooMuchAtOnce({ validated }: State, { parallelism = 1 }: Tuning): string | undefined {
  const { job, columns } = validated ?? {};
  const size = JSON.stringify({ job, columns }).length;
  return size * parallelism <= MOST_AT_ONCE
    ? undefined
    : `the job is so large that it goes to ${Math.floor(MOST_AT_ONCE / size)} partitions at once, at most.`;
}

function decide(state: State, window: WriteWindow, { by, decision, records = 0 }: Decision): void {
  const { live } = state;
  const { held } = live;
  live.held = undefined;
  note(
    live,
    by,
    decision === 'raise' ? `decide: raise to ${records} dirty records` : `decide: ${decision}`,
    Date.now(),
  );
  // Whoever goes on with messages that are not safe tries them again, under the limit that there is.
  if (decision === 'continue' && held && !isNotSafe(held)) live.tuned = { ...live.tuned, limit: UNLIMITED };
  if (decision === 'raise') live.tuned = { ...live.tuned, limit: { records, minRecords: 0 } };
  if (decision === 'abort' && held) window.fail(held);
  window.look();
}

const isName = (by: unknown): by is string => typeof by === 'string' && by !== '' && by.length <= 200;

function requireName(by: unknown): void {
  if (isName(by)) return;
  refuse('no_name', 'It is not said who asks for it.', 'Give a name as "by", of 200 characters at most.');
}

function refuse(code: string, message: string, mend: string): never {
  const fault: FaultInfo = { code, fault: 'user', message, mend };
  throw failureOf(fault);
}
