import { delimiter } from 'node:path';
import type { Command } from 'commander';
import type { Access, Folders } from '../folders/folders.js';
import { userFault } from '../job/fault.js';

export interface FolderOptions {
  readonly allowRead?: readonly string[];
  readonly allowDirty?: readonly string[];
  readonly allowSecrets?: readonly string[];
}

/** Where the folders stand in the environment. */
const VARIABLES: Readonly<Record<Access, string>> = {
  read: 'ROCKETLIFT_ALLOW_READ',
  dirty: 'ROCKETLIFT_ALLOW_DIRTY',
  secrets: 'ROCKETLIFT_ALLOW_SECRETS',
};

/** The options of a command that starts a worker: what jobs may use there. */
export function addFolderOptions(command: Command): Command {
  command
    .option('--allow-read <dir...>', help('folders that jobs may read (default: any)', 'read'))
    .option(
      '--allow-dirty <dir...>',
      help('folders that jobs may keep dirty records in (default: any)', 'dirty'),
    );
  return addSecretsOption(command);
}

/** Of one that connects to RocketMQ as a job says, and needs nothing else of this machine. */
export function addSecretsOption(command: Command): Command {
  return command.option(
    '--allow-secrets <dir...>',
    help('folders that jobs may take ${file:…} and the files of sink.tls from (default: none)', 'secrets'),
  );
}

const help = (text: string, access: Access) =>
  `${text}; environment: ${VARIABLES[access]}, "${delimiter}" between folders`;

/**
 * The folders of a command line, or else of the environment.
 * @throws Fault the user's for a variable that is set and names nothing: it can't be meant to allow everything
 */
export function foldersOf(
  { allowRead, allowDirty, allowSecrets }: FolderOptions,
  env: NodeJS.ProcessEnv = process.env,
): Folders {
  const read = allowRead ?? fromEnvironment('read', env);
  const dirty = allowDirty ?? fromEnvironment('dirty', env);
  const secrets = allowSecrets ?? fromEnvironment('secrets', env);
  return { ...(read && { read }), ...(dirty && { dirty }), ...(secrets && { secrets }) };
}

function fromEnvironment(access: Access, env: NodeJS.ProcessEnv): readonly string[] | undefined {
  const text = env[VARIABLES[access]];
  if (text === undefined) return undefined;
  const folders = text.split(delimiter).filter((folder) => folder !== '');
  if (folders.length > 0) return folders;
  throw userFault(
    'allowed_folder',
    `${VARIABLES[access]} is set, but names no folder.`,
    `Name folders with "${delimiter}" between them, or remove the variable.`,
  );
}
