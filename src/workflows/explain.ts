import type { FaultInfo } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import type { Phase } from '../job/report.js';
import type { Job } from '../job/schema/job.js';
import type { Verified } from '../job/verify.js';
import { liveSettings } from './live.js';
import type { State } from './state.js';
import { progressOf, shownPhase } from './tell.js';
import { limitText, rateText } from './tuning.js';

const PHASES: Record<Phase, { readonly now: string; readonly next: string }> = {
  validating: {
    now: 'Validating the job, the source and RocketMQ',
    next: 'splitting the input into partitions',
  },
  partitioning: { now: 'Splitting the input into partitions', next: 'writing them' },
  writing: { now: 'Writing partitions', next: 'the report' },
  paused: { now: 'Paused: nothing is sent', next: 'goes on with `rocketlift resume`' },
  held: {
    now: 'Held: nothing is sent until somebody decides',
    next: 'goes on with `rocketlift decide RUN continue | raise --records N | abort`',
  },
  draining: { now: 'Draining: what is under way is finished, nothing new is sent', next: 'the report' },
  verifying: { now: 'Verifying: the brokers are asked what arrived', next: 'the report' },
  done: { now: 'Ended', next: 'nothing; the report stands in the memo' },
};

/** What the run says of itself in the Temporal UI, as markdown. */
export function currentDetails(
  job: Job | undefined,
  state: State,
  running: readonly string[],
  now: number,
): string {
  const { records, messages, bytes, retries, partitions, sourceBytes } = progressOf(state);
  const { verified } = state;
  const seconds = Math.max(1, (now - state.startedAt) / 1000);
  const rows: [string, string][] = [
    [
      'Partitions',
      `${partitions.done} of ${partitions.known}${partitions.listed ? '' : ' or more'} done, ${running.length} being written`,
    ],
    ['Input', `${mib(sourceBytes.done)} of ${mib(sourceBytes.total)} MiB in finished partitions`],
    [
      'Records',
      `${records.read} read = ${records.written} written + ${records.dirty} dirty + ${records.filtered} filtered`,
    ],
    [
      'Messages',
      `${messages}, ${mib(bytes)} MiB of bodies, about ${Math.round(records.written / seconds)} a second`,
    ],
    ['Requests sent again', `${retries}`],
    ...(state.topics.length > 1 ? topicsRow(state.topics.length) : []),
    ...(verified ? verifiedRow(verified) : []),
  ];
  const { now: phase, next } = PHASES[shownPhase(state)];
  const title = state.ended ? `${phase}: ${state.ended}` : phase;
  return [
    `**${title}**${job ? ` → topic \`${fullTopic(job.sink)}\`` : ''}. Next: ${next}.`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    ...(running.length > 0
      ? ['', `Being written: ${running.slice(0, 20).join(', ')}${running.length > 20 ? ', …' : ''}`]
      : []),
    ...(job ? tuned(job, state) : []),
    ...(state.live.held
      ? ['', `**Why it is held** (\`${state.live.held.code}\`): ${state.live.held.message}`]
      : []),
    ...(state.lastError ? ['', error(state.lastError)] : []),
    ...changes(state),
    ...(state.warnings.length > 0 ? ['', ...state.warnings.map((warning) => `- Warning: ${warning}`)] : []),
    '',
    'Counts are of finished partitions; the heartbeats of the pending activities tell the rest.',
  ].join('\n');
}

const topicsRow = (topics: number): [string, string][] => [['Topics', `${topics}`]];

function verifiedRow({ arrived, least, most, sampled }: Verified): [string, string][] {
  const found = sampled === undefined ? '' : `; ${sampled} found again, with the bodies that were sent`;
  return [['Verified', `${arrived} messages in the topic, of ${least} to ${most}${found}`]];
}

/** The settings that were changed, as they are now. */
function tuned(job: Job, { live }: State): string[] {
  if (Object.keys(live.tuned).length === 0) return [];
  const { parallelism, rate, limit } = liveSettings(job, live);
  return ['', `Now: parallelism ${parallelism}, rate ${rateText(rate)}, error limit ${limitText(limit)}.`];
}

/** Changes that are shown; the report has more. */
const SHOWN_CHANGES = 10;

function changes({ live }: State): string[] {
  if (live.changes.length === 0) return [];
  return ['', ...live.changes.slice(-SHOWN_CHANGES).map(({ at, by, what }) => `- ${at} ${by}: ${what}`)];
}

function error({ code, message, mend }: FaultInfo): string {
  return `**Last error** (\`${code}\`): ${message} ${mend}`;
}

const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
