import type { Folders } from '../folders/folders.js';
import { type Fault, userFault } from '../job/fault.js';
import { parseSecretReference } from '../job/secret-reference.js';
import { readSecretFile, type SecretFileKind } from './secret-file.js';

export interface ResolveOptions {
  /** The folders that jobs may use; `${file:}` may name files in those for secrets alone. @default none for secrets */
  readonly folders?: Folders | undefined;
  /** @default the variables of this process */
  readonly env?: NodeJS.ProcessEnv;
}

/** A key or a token. */
const SECRET: SecretFileKind = { code: 'secret', what: 'the secret', maxBytes: 64 * 1024 };

/**
 * The secret behind a reference, as this machine knows it. It must go nowhere but into a connection.
 * @param reference `${env:NAME}`, or `${file:PATH}` with an absolute path; of a file, a line end at the end is left out
 * @throws Fault the user's, which names the variable or file and holds nothing of what is in it: `secret_missing`,
 *   `secret_unreadable`, `secret_empty`, `folder_not_allowed`
 */
export async function resolveSecret(reference: string, options: ResolveOptions = {}): Promise<string> {
  const { folders, env = process.env } = options;
  const parsed = parseSecretReference(reference);
  // A job is validated before; this one can't tell what it was given without showing a secret.
  if (!parsed) throw new TypeError('not a reference to a secret');
  if (parsed.kind === 'file') return await secretOfFile(parsed.path, folders);
  const value = env[parsed.name];
  if (value === undefined) {
    throw userFault(
      'secret_missing',
      `The environment variable ${parsed.name} is not set here.`,
      `Set ${parsed.name} for every worker, and where you run \`rocketlift check\`, or mend the reference in the job file.`,
    );
  }
  if (value === '') throw empty(`The environment variable ${parsed.name} is empty.`);
  return value;
}

async function secretOfFile(path: string, folders: Folders | undefined): Promise<string> {
  const value = (await readSecretFile(path, SECRET, folders)).replace(/\r?\n$/, '');
  if (value === '') throw empty(`The file ${path} is empty.`);
  return value;
}

const empty = (message: string): Fault =>
  userFault('secret_empty', message, 'Put the secret there, or mend the reference in the job file.');
