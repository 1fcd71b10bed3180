import type { Command } from 'commander';
import { loadJobFile } from '../client/load-job-file.js';
import { checkedFolders } from '../folders/folders.js';
import { userFault } from '../job/fault.js';
import { namesrvAddress } from '../job/schema/addresses.js';
import type { Access } from '../rocketmq/nameserver/with-servers.js';
import { type CommonOptions, createCommand } from './command.js';
import { addFolderOptions, type FolderOptions, foldersOf } from './folder-options.js';
import { print, printJson } from './output.js';
import { topicText } from './topic-text.js';

interface TopicsOptions extends CommonOptions, FolderOptions {
  readonly namesrv?: string;
  readonly job?: string;
  readonly all?: boolean;
}

/** How long to wait for servers that a job does not say it of, in milliseconds. */
const TIMEOUT_MS = 10_000;

export function topicsCommand(): Command {
  const command = createCommand(
    'topics',
    'List topics, or describe some, as the servers of RocketMQ see them',
    [
      'topics --namesrv 127.0.0.1:9876',
      'topics orders customers --namesrv "10.0.0.1:9876;10.0.0.2:9876"',
      'topics orders --job orders.yaml --json',
    ],
  ).argument('[topics...]', 'topics to describe (default: list all)');
  return addFolderOptions(command)
    .option('--namesrv <address>', 'name servers, host:port, several with ";" between them')
    .option('--job <file>', 'job file to take the name servers and the credentials from')
    .option('--all', 'list the topics as well that servers make for themselves')
    .action(async (topics: string[], options: TopicsOptions) => {
      const { access, wait } = await serversOf(options);
      const { allTopics, topicDetails } = await import('../rocketmq/nameserver/topic-admin.js');
      if (topics.length === 0) {
        const names = await allTopics(access, wait, { all: options.all ?? false });
        if (options.json) printJson({ topics: names.map((topic) => ({ topic })) });
        else print(names.length === 0 ? 'No topics.' : names.join('\n'));
        return;
      }
      const details = await Promise.all(
        topics.map((topic) => topicDetails({ ...access, sink: { ...access.sink, topic } }, wait)),
      );
      if (options.json) printJson({ topics: details });
      else print(details.map(topicText).join('\n\n'));
    });
}

async function serversOf(options: TopicsOptions): Promise<{ access: Access; wait: { timeoutMs: number } }> {
  const { namesrv, job: path } = options;
  const job = path === undefined ? undefined : (await loadJobFile(path)).job;
  if (namesrv !== undefined && !namesrvAddress.safeParse(namesrv).success) {
    throw userFault(
      'namesrv_address',
      `${namesrv} is no address of name servers.`,
      'Give host:port, such as 127.0.0.1:9876.',
    );
  }
  const namesrvAddr = namesrv ?? job?.sink.namesrvAddr;
  if (namesrvAddr === undefined) {
    throw userFault(
      'namesrv_missing',
      path === undefined ? 'Nothing says where the name servers are.' : `${path} has no sink.namesrvAddr.`,
      'Say it: --namesrv 127.0.0.1:9876.',
    );
  }
  return {
    access: {
      sink: {
        namesrvAddr,
        topic: '',
        namespace: job?.sink.namespace,
        credentials: job?.sink.credentials,
        tls: job?.sink.tls,
      },
      folders: await checkedFolders(foldersOf(options)),
    },
    wait: { timeoutMs: job?.settings.connectTimeout ?? TIMEOUT_MS },
  };
}
