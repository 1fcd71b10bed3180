import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Account, type AccountName, readAccount } from '../../src/dev/accounts.js';
import { down } from '../../src/dev/down.js';
import { ask, REQUEST } from '../../src/dev/remoting.js';
import type { Stack } from '../../src/dev/stack.js';
import { adminOf } from '../../src/dev/topics.js';
import { up } from '../../src/dev/up.js';
import { MARKER_TOPIC } from '../support/topic-reader.js';

/** A stack of its own whose RocketMQ has access control. */
export interface AclStack {
  readonly stack: Stack;
  account(name: AccountName): Promise<Account>;
}

export function useAclStack(topics: readonly string[]): AclStack {
  const acl = {} as { -readonly [K in keyof AclStack]: AclStack[K] };
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketlift-acl-'));
    acl.stack = await up({
      stateDir: folder,
      portOffset: 'auto',
      topics: [...topics, MARKER_TOPIC],
      acl: true,
    });
  }, 240_000);
  afterAll(async () => {
    await down(folder, { signal: 'SIGKILL' });
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
  acl.account = async (name) => {
    const account = await readAccount(acl.stack.rocketmq.accounts ?? '', name);
    if (!account) throw new Error(`the stack has no account ${name}`);
    return account;
  };
  return acl;
}

/** Makes an account that may do this to every topic, and be in a group of consumers, if it is named. */
export async function makeAccount(
  stack: Stack,
  { accessKey, secretKey }: Account,
  {
    actions,
    group,
    enabled = true,
  }: { actions: readonly ('Pub' | 'Sub' | 'Get')[]; group?: string; enabled?: boolean },
): Promise<void> {
  const admin = await adminOf(stack);
  const done = async (code: number, fields: Record<string, string>, body: object) => {
    const options = { body: JSON.stringify(body), account: admin };
    const answer = await ask(stack.rocketmq.brokerAddr, code as 3001, fields, options);
    if (answer.code !== 0) throw new Error(`account not made: ${answer.remark}`);
  };
  const user = { username: accessKey, password: secretKey, userType: 'Normal' };
  await done(REQUEST.createUser, { username: accessKey }, { ...user, userStatus: 'enable' });
  const subject = `User:${accessKey}`;
  const resources = ['Topic:*', ...(group === undefined ? [] : [`Group:${group}`])];
  const entries = resources.map((resource) => ({ resource, actions, sourceIps: [], decision: 'Allow' }));
  await done(REQUEST.createAcl, { subject }, { subject, policies: [{ policyType: 'Custom', entries }] });
  if (!enabled) {
    await done(REQUEST.updateUser, { username: accessKey }, { ...user, userStatus: 'disable' });
  }
}
