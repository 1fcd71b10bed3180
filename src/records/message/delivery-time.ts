import { type RecordFault, userFault } from '../../job/fault.js';
import type { Job } from '../../job/schema/job.js';
import type { Delay } from '../../job/schema/sink.js';
import { isMasked, nameAfter } from '../transform/transform.js';
import { epochMilliseconds, isTimestamp } from '../values/timestamp.js';
import type { Fields } from './template-text.js';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const WHOLE = /^[0-9]+$/;
/** The last moment that a JavaScript date holds (ECMAScript, "Time Values and Time Range"). */
const LAST_MS = 8.64e15;

/**
 * When a record's message is to be delivered, in milliseconds since 1970; undefined if the job has no delay.
 * @throws Fault the user's, if `until` names a field that is no timestamp, or a mask disguises the field
 */
export function deliveryTime<R>(
  job: Job,
  fields: Fields<R>,
): ((record: R) => number | RecordFault) | undefined {
  const { delay } = job.sink;
  if (delay === undefined) return undefined;
  if (typeof delay === 'number') return () => Date.now() + delay;
  refuseMasked(job, 'until' in delay ? 'until' : 'field', 'until' in delay ? delay.until : delay.field);
  return 'until' in delay ? until(job, delay, fields) : after(delay, fields);
}

function refuseMasked({ transform }: Job, at: 'until' | 'field', field: string): void {
  if (!isMasked(field, transform)) return;
  throw userFault(
    'delay_masked',
    `sink.delay.${at} names ${JSON.stringify(field)}, which a mask disguises.`,
    'Take the field out of the mask, or use another one for the delay.',
  );
}

function after<R>({ field, unit }: Extract<Delay, { field: string }>, fields: Fields<R>) {
  const read = fields.text({ where: 'sink.delay.field', part: 'delay' }, field);
  const bad = badDelay(field, 'not a whole number from 0 on');
  return (record: R) => {
    const text = read(record);
    if (text === null) return Date.now();
    if (typeof text === 'object') return text;
    const at = WHOLE.test(text) ? Date.now() + Number(text) * UNIT_MS[unit] : Number.NaN;
    return at <= LAST_MS ? at : bad;
  };
}

function until<R>(job: Job, delay: Extract<Delay, { until: string }>, fields: Fields<R>) {
  const field = delay.until;
  const read = fields.text({ where: 'sink.delay.until', part: 'delay' }, field);
  const { columns } = job.source;
  const column = Object.keys(columns).find((name) => nameAfter(name, job.transform) === field);
  if (column === undefined || columns[column].type !== 'timestamp') {
    throw userFault(
      'delay_not_timestamp',
      `sink.delay.until names ${JSON.stringify(field)}, which is not declared as a timestamp.`,
      'Give its column the type timestamp in source.columns, or use { field: …, unit: … } for a number.',
    );
  }
  const bad = badDelay(field, 'not a moment in time');
  return (record: R) => {
    const text = read(record);
    if (text === null) return Date.now();
    if (typeof text === 'object') return text;
    // What lies in the past is delivered at once, also from before 1970.
    return isTimestamp(text) ? Math.max(0, epochMilliseconds(text)) : bad;
  };
}

function badDelay(field: string, what: string): RecordFault {
  return { code: 'bad_delay', message: `the value of ${JSON.stringify(field)} is ${what}` };
}
