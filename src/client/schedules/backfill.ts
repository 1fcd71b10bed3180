import { msNumberToTs, requiredTsToMs } from '@temporalio/common/lib/time.js';
import { userFault } from '../../job/fault.js';
import { IN_TIME_MS } from '../../workflows/definitions.js';
import type { Session } from '../session.js';
import { heldSchedule } from './describe.js';
import { findSchedule, onSchedule } from './find.js';

/** The server lists so many times in an answer. */
const PAGE = 1000;
/** More than this is more likely a wrong year than a wish. */
const MAX_TIMES = 10_000;

/**
 * Runs a schedule's times from `from` to `to`, both included, one after another, whatever its overlap; none is left out.
 * They start at once, also of a paused schedule.
 * @returns the times, ISO 8601, each with its jitter; macros stand for the time without
 * @throws Fault `nothing_to_backfill`, `invalid_backfill`, `schedule_not_found`, `temporal_unreachable`
 */
export async function backfillSchedule(
  session: Session,
  job: string,
  from: Date,
  to: Date,
): Promise<string[]> {
  const { handle, description } = await findSchedule(session, job);
  const { jitter, overlap } = heldSchedule(description);
  if (from > to) {
    throw userFault(
      'invalid_backfill',
      `The backfill would begin at ${from.toISOString()}, behind its end at ${to.toISOString()}.`,
      'Give the earlier time as --from, and the later one as --to.',
    );
  }
  if (to.getTime() > Date.now() - jitter - IN_TIME_MS) {
    throw userFault(
      'invalid_backfill',
      `The backfill would end at ${to.toISOString()}, which is not past: such times are up to the schedule itself.`,
      'Give an end that lies more than a minute (and the jitter) back.',
    );
  }
  if (overlap === 'cancelOther' && !description.state.paused) {
    throw userFault(
      'invalid_backfill',
      `The overlap of ${job} is cancelOther: when a run is due, it would cancel those of the backfill.`,
      `Pause the schedule for the time of the backfill: rocketlift schedule pause ${job}`,
    );
  }
  // Schedules know whole seconds.
  const first = Math.ceil(from.getTime() / 1000) * 1000;
  const end = to.getTime();
  // A time of the range may come after its end by jitter, and then others may too that are due later.
  const later = jitter === 0 ? [] : await dueTimes(session, job, end, end + jitter);
  // What is due at the start itself is left out of a list.
  const all = await dueTimes(session, job, first - 1000, end + jitter);
  const times = all.slice(0, all.length - later.length);
  if (times.length === 0) {
    throw userFault(
      'nothing_to_backfill',
      `${job} has no time from ${from.toISOString()} to ${to.toISOString()}.`,
      `See when it runs: rocketlift schedule describe ${job}. A date alone is its beginning in UTC: to have a whole day, end with the next.`,
    );
  }
  const last = Math.max(end, times[times.length - 1]);
  // A backfill runs what is due at its start, too.
  const start = new Date(first - 500);
  await onSchedule(session, job, () =>
    handle.backfill({ start, end: new Date(last), overlap: 'BUFFER_ALL' }),
  );
  return times.map((time) => new Date(time).toISOString());
}

/** The times after `from` up to `to` in their order, jitter included, in milliseconds since 1970. */
async function dueTimes(session: Session, job: string, from: number, to: number): Promise<number[]> {
  const times: number[] = [];
  for (let start = from; ; start = times[times.length - 1]) {
    const { startTime } = await onSchedule(session, job, () =>
      session.connection.workflowService.listScheduleMatchingTimes({
        namespace: session.namespace,
        scheduleId: job,
        startTime: msNumberToTs(start),
        endTime: msNumberToTs(to),
      }),
    );
    times.push(...startTime.map((time) => Math.ceil(requiredTsToMs(time, 'startTime'))));
    if (times.length > MAX_TIMES) {
      throw userFault(
        'invalid_backfill',
        `${job} has more than ${MAX_TIMES.toLocaleString('en')} times from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}.`,
        'Give a shorter time.',
      );
    }
    if (startTime.length < PAGE) return times;
  }
}
