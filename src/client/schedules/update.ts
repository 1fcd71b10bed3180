import type { ScheduleDescription } from '@temporalio/client';
import { type Change, difference } from '../../job/difference.js';
import type { LoadedJob } from '../../job/parse.js';
import { type Schedule, schedule as scheduleSchema } from '../../job/schema/schedule.js';
import type { Session } from '../session.js';
import { heldSchedule } from './describe.js';
import { type FoundSchedule, findSchedule, onSchedule } from './find.js';
import { cronTexts, scheduleOptions } from './options.js';

export interface UpdateScheduleOptions {
  /** Only tells the difference. @default false */
  readonly dryRun?: boolean;
  /** The task queue of its runs. @default the one it has */
  readonly taskQueue?: string;
  /** Called with the difference before it is applied; not where there is none. */
  readonly onDifference?: (changes: readonly Change[]) => void;
}

/**
 * Makes a schedule what the job says. Whether it is paused, and its note, stay; a run that goes on is left alone.
 * @returns what changes; empty where the schedule is as the job says
 * @throws Fault `no_schedule`, `schedule_not_found`, `invalid_schedule`, `temporal_unreachable`
 */
export async function updateSchedule(
  session: Session,
  loaded: LoadedJob,
  { dryRun = false, taskQueue, onDifference = () => {} }: UpdateScheduleOptions = {},
): Promise<readonly Change[]> {
  const { name } = loaded.job;
  const found = await findSchedule(session, name);
  const { action, spec } = found.description;
  const options = await scheduleOptions(session, loaded, taskQueue ?? action.taskQueue);
  const [{ job, searchAttributes }] = options.action.args;
  const changes = [
    ...difference(heldDocument(found), job),
    ...difference(
      { taskQueue: action.taskQueue, searchAttributes: found.input.searchAttributes, ...limits(spec) },
      { taskQueue: options.action.taskQueue, searchAttributes },
    ).map((change) => ({ ...change, path: `(${change.path})` })),
  ];
  if (changes.length === 0) return changes;
  onDifference(changes);
  if (!dryRun) {
    await onSchedule(session, name, () => found.handle.update(({ state }) => ({ ...options, state })));
  }
  return changes;
}

/** The job that the schedule holds, with a schedule that Temporal holds otherwise: somebody changed it there. */
function heldDocument({ description, input }: FoundSchedule): unknown {
  const document = input.job as { readonly schedule?: object };
  const written = scheduleSchema.safeParse(document.schedule);
  if (!written.success) return document;
  const held = heldSchedule(description);
  const changed = Object.entries(held).filter(
    ([field, value]) => comparable(value) !== comparable(written.data[field as keyof Schedule]),
  );
  return changed.length === 0
    ? document
    : { ...document, schedule: { ...document.schedule, ...Object.fromEntries(changed) } };
}

/** Temporal orders expressions in its own way, and keeps the length of an interval, not how it was written. */
function comparable(value: Schedule[keyof Schedule]): string {
  const list = typeof value === 'object' ? value : cronTexts(String(value));
  return JSON.stringify(list.map((text) => text.replace(/^@every\s+([^/]+)(?:\/(.+))?$/, interval)).sort());
}

const SECONDS: Record<string, number> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** `@every 1h30m` as `@every 5400/0`. */
function interval(_: string, every: string, phase = '0s'): string {
  const seconds = (text: string) =>
    [...text.matchAll(/([\d.]+)([dhms])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * SECONDS[unit],
      0,
    );
  return `@every ${seconds(every)}/${seconds(phase)}`;
}

/** What a job file has no word for, so that only somebody else can have set it. */
function limits({ startAt, endAt, skip = [] }: ScheduleDescription['spec']) {
  return {
    ...(startAt && { startAt: startAt.toISOString() }),
    ...(endAt && { endAt: endAt.toISOString() }),
    ...(skip.length > 0 && { skip: '(changed in Temporal)' }),
  };
}
