import type { Command } from 'commander';
import type { CheckedTopic } from '../activities/check-topics.js';
import { loadJobFile } from '../client/load-job-file.js';
import { checkedFolders, type Folders } from '../folders/folders.js';
import { Fault, type FaultInfo, faultInfo } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import { expandJob, type LoadedJob, withEndpoints } from '../job/parse.js';
import { addressOf } from '../job/schema/sink.js';
import { registerCommand } from '../job/search-attributes.js';
import type { TopicToCreate } from '../rocketmq/missing-topic.js';
import type { TopicDescription } from '../rocketmq/producer.js';
import { createCommand, type QueueOptions, TASK_QUEUE_FLAG, TASK_QUEUE_HELP, withClient } from './command.js';
import { EXIT, exitOfError } from './exit.js';
import { addFolderOptions, type FolderOptions, foldersOf } from './folder-options.js';
import { number, plural, size } from './format.js';
import { print, printJson } from './output.js';
import { noWorkerText } from './run-to-end.js';

interface FoundTopic extends TopicDescription {
  /** As servers know it. */
  readonly name: string;
}

interface CheckOptions extends QueueOptions, FolderOptions {
  readonly endpoints?: string;
}

/** One thing that was looked at. */
interface Check {
  readonly name: 'job' | 'temporal' | 'source and topic';
  readonly ok: boolean;
  /** What was found. */
  readonly message: string;
  readonly warnings: readonly string[];
  /** What the servers say of the topics. */
  readonly topics?: readonly FoundTopic[];
  readonly error?: FaultInfo;
  readonly exit: number;
}

export function checkCommand(): Command {
  const command = createCommand('check', 'Check a job, and all that it needs, without sending anything', [
    'check orders.yaml',
    'check orders.yaml --json',
  ]).argument('<job>', 'job file');
  return addFolderOptions(command)
    .option('--endpoints <address>', 'RocketMQ proxy, instead of sink.endpoints of the job file')
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .action(async (path: string, options: CheckOptions) => {
      const written = await loadJobFile(path);
      const job = options.endpoints === undefined ? written : withEndpoints(written, options.endpoints);
      const checks: Check[] = [];
      const done = (check: Check) => {
        checks.push(check);
        if (!options.json) print(checkText(check));
      };
      done(passed('job', `${path} describes the job ${job.job.name}`));
      done(await checkTemporal(options));
      done(await checkEnds(expandJob(job, Date.now()), foldersOf(options)));
      if (options.json)
        printJson({ job: job.job.name, ok: checks.every(({ ok }) => ok), checks: checks.map(output) });
      // What is nearest to the user comes first: without Temporal nothing runs at all.
      process.exitCode = Math.max(...checks.map(({ exit }) => exit));
    });
}

async function checkTemporal(options: CheckOptions): Promise<Check> {
  return await attempt('temporal', exitOfError, () =>
    withClient(options, async (client) => {
      const missing = await client.searchAttributesMissing();
      const warnings = [
        ...(missing.length > 0
          ? [
              `the search attributes ${missing.join(', ')} are not registered; runs go on without any. ` +
                `Register them: ${registerCommand(client.namespace)}`,
            ]
          : []),
        ...((await client.hasWorker()) ? [] : [`${noWorkerText(client.taskQueue)} (\`run\` brings its own)`]),
      ];
      return { message: `${client.address}, namespace ${client.namespace}`, warnings };
    }),
  );
}

/** The job's two ends, seen from this machine. */
async function checkEnds({ job }: LoadedJob, folders: Folders): Promise<Check> {
  const { checkJob } = await import('../activities/check.js');
  return await attempt(
    'source and topic',
    () => EXIT.failed,
    async () => {
      const { source, topics, warnings } = await checkJob(job, {
        folders: await checkedFolders(folders),
      });
      const inputs = `${plural(source.inputs.length, 'input')} of ${size(source.sourceBytes)}`;
      const nameOf = ({ topic }: CheckedTopic) => fullTopic({ ...job.sink, topic });
      const named = topics.length === 1 ? `topic ${nameOf(topics[0])}` : plural(topics.length, 'topic');
      const missing = topics.flatMap((topic) =>
        topic.toCreate
          ? [`; ${nameOf(topic)} does not exist, and a run creates it: ${createdText(topic.toCreate)}`]
          : [],
      );
      return {
        message: `${inputs}; ${named} on ${addressOf(job.sink)}${missing.join('')}`,
        warnings,
        topics: topics.flatMap((topic) => (topic.found ? [{ name: nameOf(topic), ...topic.found }] : [])),
      };
    },
  );
}

async function attempt(
  name: Check['name'],
  exitOf: (error: unknown) => number,
  look: () => Promise<Pick<Check, 'message' | 'warnings' | 'topics'>>,
): Promise<Check> {
  try {
    const { message, ...found } = await look();
    return { ...passed(name, message), ...found };
  } catch (error) {
    // A fault is a finding, and the other checks go on. Anything else is a mistake of ours.
    if (!(error instanceof Fault)) throw error;
    return {
      name,
      ok: false,
      message: error.message,
      warnings: [],
      error: faultInfo(error),
      exit: exitOf(error),
    };
  }
}

const passed = (name: Check['name'], message: string): Check => ({
  name,
  ok: true,
  message,
  warnings: [],
  exit: EXIT.done,
});

const output = ({ exit: _, ...check }: Check) => check;

function checkText({ name, ok, message, warnings, topics = [], error }: Check): string {
  return [
    `${ok ? '✓' : '✗'} ${name}: ${message}`,
    ...topics.flatMap(topicLines),
    ...(error ? [`  ${error.mend}`] : []),
    ...warnings.map((warning) => `  ! ${warning}`),
  ].join('\n');
}

function topicLines({
  name,
  type = 'unknown',
  maxMessageBytes,
  writableQueues,
  brokers,
}: FoundTopic): string[] {
  const limit = maxMessageBytes === undefined ? 'of unknown size' : `of ${size(maxMessageBytes)} at most`;
  return [
    `  ${name}: ${plural(writableQueues, 'writable queue')}, type ${type}, messages ${limit}`,
    ...brokers.map(
      (broker) =>
        `    ${broker.name}: ${plural(broker.readableQueues, 'readable queue')}, ${number(broker.writableQueues)} writable`,
    ),
  ];
}

const createdText = ({ queues, type, brokers }: TopicToCreate) =>
  `${plural(queues, 'queue')} of type ${type} on ${brokers.join(', ')}`;
