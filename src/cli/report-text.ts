import type { InputReport, Report } from '../job/report.js';
import type { Verified } from '../job/verify.js';
import { duration, number, plural, size, table } from './format.js';

/** More inputs than this make a report that nobody reads; `--json` has them. */
const MAX_INPUTS = 20;

/** A report for people. */
export function reportText(report: Report): string {
  const { records, error, warnings, inputs } = report;
  const rows = [
    ['run', `${report.job}/${report.runId}`],
    [
      'records',
      `${number(records.read)} read = ${number(records.written)} written + ${number(records.dirty)} dirty + ${number(records.filtered)} filtered`,
    ],
    ['messages', `${number(report.messages)}, ${size(report.bytes)}`],
    ['rate', `${number(report.rate)} records/s`],
    ['partitions', number(report.partitions)],
    ['retries', plural(report.retries, 'request')],
    ...(report.dirtyStore === undefined ? [] : [['dirty in', report.dirtyStore]]),
    ...(report.retryOf === undefined ? [] : [['goes on with', report.retryOf]]),
    [
      'duplicates',
      report.duplicatesAtMost === 0 ? 'none' : `${plural(report.duplicatesAtMost, 'message')} at most`,
    ],
    ...(report.storedOnly === undefined
      ? []
      : [['stored only', `${plural(report.storedOnly, 'message')}, not flushed or replicated in time`]]),
    ...(report.verified ? [['verified', verifiedText(report.verified, report.topics)]] : []),
  ];
  return [
    `${report.job}: ${report.state} after ${duration(report.durationMs)}`,
    indented(table(rows)),
    ...(inputs.length === 0 ? [] : ['inputs', indented(inputsText(inputs))]),
    ...topicsText(report),
    ...togetherText(report),
    ...changesText(report),
    ...(warnings.length === 0 ? [] : ['warnings', indented(warnings.join('\n'))]),
    ...(error ? [`error (${error.code})`, indented(`${error.message}\n${error.mend}`)] : []),
  ].join('\n');
}

function verifiedText({ arrived, least, most, sampled }: Verified, topics: Report['topics']): string {
  const wanted = least === most ? number(least) : `${number(least)} to ${number(most)}`;
  const found =
    sampled === undefined
      ? ''
      : `; ${plural(sampled, 'message')} found again, with the bodies that were sent`;
  return `${plural(arrived, 'message')} in the ${topics ? 'topics' : 'topic'}, of ${wanted}${found}`;
}

function inputsText(inputs: readonly InputReport[]): string {
  const rows = inputs
    .slice(0, MAX_INPUTS)
    .map(({ name, read, written, dirty, filtered }) => [
      name,
      `${number(read)} read`,
      `${number(written)} written`,
      `${number(dirty)} dirty`,
      ...(filtered > 0 ? [`${number(filtered)} filtered`] : []),
    ]);
  const more = inputs.length - MAX_INPUTS;
  return `${table(rows)}${more > 0 ? `\n(${number(more)} more: --json)` : ''}`;
}

function topicsText({ topics = [] }: Report): string[] {
  if (topics.length === 0) return [];
  const rows = topics.slice(0, MAX_INPUTS).map(({ name, messages }) => [name, plural(messages, 'message')]);
  const more = topics.length - MAX_INPUTS;
  return ['topics', indented(`${table(rows)}${more > 0 ? `\n(${number(more)} more: --json)` : ''}`)];
}

/** What a replay and the run that it replays come to. */
function togetherText({ replayOf, records }: Report): string[] {
  if (!replayOf) return [];
  const { run, records: first } = replayOf;
  const [read, written, dirty, filtered] = [
    first.read,
    first.written + records.written,
    // What was dirty, is written or filtered now, or is dirty again; or it was not replayed.
    first.dirty - records.written - records.filtered,
    first.filtered + records.filtered,
  ].map(number);
  return [
    `together with ${run}`,
    indented(`${read} read = ${written} written + ${dirty} dirty + ${filtered} filtered`),
  ];
}

function changesText({ changes = [] }: Report): string[] {
  if (changes.length === 0) return [];
  return ['changes', indented(table(changes.map(({ at, by, what }) => [at, by, what])))];
}

const indented = (text: string): string => text.replace(/^/gm, '  ');
