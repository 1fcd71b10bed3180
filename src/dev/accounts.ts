import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './errors.js';

/** Who a stack with access control knows: who may do all, who may publish to every topic, and who may do nothing. */
export const ACCOUNTS = ['admin', 'publisher', 'nobody'] as const;

export type AccountName = (typeof ACCOUNTS)[number];

/** What RocketMQ calls a user, and its password. */
export interface Account {
  readonly accessKey: string;
  readonly secretKey: string;
}

export type Accounts = Readonly<Record<AccountName, Account>>;

/** Random bytes of a password. */
const SECRET_BYTES = 24;

/**
 * Makes the accounts of a stack, each with a password of its own; those that are there are kept, as the broker keeps them too.
 * Each has a file with two variables for a shell, and a folder with a file for each of the two values. Only the user may read them.
 */
export async function makeAccounts(folder: string): Promise<Accounts> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of ACCOUNTS) {
    if ((await readAccount(folder, name)) !== undefined) continue;
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    const accessKey = `rocketlift-${name}`;
    const secretKey = randomBytes(SECRET_BYTES).toString('base64url');
    const variables = `ROCKETMQ_ACCESS_KEY=${accessKey}\nROCKETMQ_SECRET_KEY=${secretKey}\n`;
    await writePrivately(variablesFile(folder, name), variables);
    await writePrivately(join(folder, name, 'access-key'), accessKey);
    // Last: with it the account is whole.
    await writePrivately(join(folder, name, 'secret-key'), secretKey);
  }
  const all = await Promise.all(ACCOUNTS.map(async (name) => [name, await readAccount(folder, name)]));
  return Object.fromEntries(all) as Accounts;
}

/** @returns undefined where it has not been made */
export async function readAccount(folder: string, name: AccountName): Promise<Account | undefined> {
  try {
    const [accessKey, secretKey] = await Promise.all(
      ['access-key', 'secret-key'].map((file) => readFile(join(folder, name, file), 'utf8')),
    );
    return { accessKey, secretKey };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The file with an account's `ROCKETMQ_ACCESS_KEY` and `ROCKETMQ_SECRET_KEY`. */
export const variablesFile = (folder: string, name: AccountName): string => join(folder, `${name}.env`);

/** Writes a file that only the user may read, also where one was there that others could. */
export async function writePrivately(path: string, content: string): Promise<void> {
  await writeFile(path, '', { mode: 0o600 });
  await chmod(path, 0o600);
  await writeFile(path, content);
}
