import { fullTopic } from '../job/full-topic.js';
import type { LoadedJob } from '../job/parse.js';
import { addressOf } from '../job/schema/sink.js';
import { cutBytes } from './cut.js';

/** Temporal's limit for a summary, in bytes. */
const MAX_SUMMARY = 200;
/** Temporal's limit for details, in bytes. */
const MAX_DETAILS = 20_000;
/** So many paths say enough. */
const MAX_PATHS = 20;

/** The line that the Temporal UI shows for a run: `orders: data/orders-*.csv → topic orders`. */
export function startSummary({ job, paths }: LoadedJob): string {
  const source = paths.length > 1 ? `${paths[0]} and ${paths.length - 1} more` : paths[0];
  return cutBytes(`${job.name}: ${source} → topic ${fullTopic(job.sink)}`, MAX_SUMMARY);
}

/** What the Temporal UI shows of a job, in markdown. Holds no secret, as a job does not. */
export function startDetails({ job, paths }: LoadedJob): string {
  const { source, sink, settings, transform } = job;
  const types = Object.entries(source.columns).map(
    ([name, { type, required }]) => `${code(name)} ${type}${required ? ', required' : ''}`,
  );
  const more = paths.length > MAX_PATHS ? [`and ${paths.length - MAX_PATHS} more`] : [];
  const steps = transform.map((step) => code(JSON.stringify(step)));
  const text = [
    '### Source',
    `${source.type}: ${[...paths.slice(0, MAX_PATHS).map(code), ...more].join(', ')}`,
    ...(types.length > 0 ? [`Columns: ${types.join('; ')}`] : []),
    '### Sink',
    `Topic ${code(fullTopic(sink))} on ${code(addressOf(sink))}, ${sink.format}`,
    ...(sink.tag === undefined ? [] : [`Tag ${code(sink.tag)}`]),
    ...(sink.keyFields === undefined ? [] : [`Key: ${sink.keyFields.map(code).join(', ')}`]),
    ...(steps.length > 0 ? ['### Transform', ...steps] : []),
    '### Settings',
    `${settings.parallelism} partitions at once, of about ${kib(settings.partitionSize)}`,
    `Batches of ${settings.batch.records} messages or ${kib(settings.batch.bytes)}, ${settings.batch.inFlight} in flight`,
    `Error limit: ${settings.errorLimit.records} dirty records${
      settings.errorLimit.ratio === undefined ? '' : `, or a part of ${settings.errorLimit.ratio}`
    }`,
  ].join('\n\n');
  return cutBytes(text, MAX_DETAILS);
}

const kib = (bytes: number) => `${(bytes / 1024).toLocaleString('en', { maximumFractionDigits: 0 })} KiB`;

const code = (text: string) => `\`${text.replaceAll('`', "'")}\``;
