import { worldFault } from '../job/fault.js';
import type { Account, Accounts } from './accounts.js';
import { ask, REQUEST } from './remoting.js';
import type { Stack } from './stack.js';

/**
 * Settings of a broker and of a proxy that let in only those who are known, and each to what it may do (RocketMQ's ACL 2.0).
 * The broker makes the administrator when it starts with an empty store; the others are made by {@link allowAccounts}.
 */
export function accessControlSettings({ accessKey, secretKey }: Account, providers: 'broker' | 'proxy') {
  const auth = 'org.apache.rocketmq.auth';
  const metadata =
    providers === 'proxy'
      ? {
          authenticationMetadataProvider:
            'org.apache.rocketmq.proxy.auth.ProxyAuthenticationMetadataProvider',
          authorizationMetadataProvider: 'org.apache.rocketmq.proxy.auth.ProxyAuthorizationMetadataProvider',
        }
      : {
          authenticationMetadataProvider: `${auth}.authentication.provider.LocalAuthenticationMetadataProvider`,
          authorizationMetadataProvider: `${auth}.authorization.provider.LocalAuthorizationMetadataProvider`,
        };
  return {
    ...metadata,
    authenticationEnabled: true,
    authenticationProvider: `${auth}.authentication.provider.DefaultAuthenticationProvider`,
    authorizationEnabled: true,
    authorizationProvider: `${auth}.authorization.provider.DefaultAuthorizationProvider`,
    ...(providers === 'broker' && {
      initAuthenticationUser: JSON.stringify({ username: accessKey, password: secretKey }),
    }),
    // What broker and proxy say of themselves where they ask others.
    innerClientAuthenticationCredentials: JSON.stringify({ accessKey, secretKey }),
  };
}

/** Makes the accounts that the broker does not have, and lets the publisher publish to every topic. */
export async function allowAccounts(stack: Stack, { admin, publisher, nobody }: Accounts): Promise<void> {
  for (const { accessKey, secretKey } of [publisher, nobody]) {
    const user = { username: accessKey, password: secretKey, userType: 'Normal', userStatus: 'enable' };
    await keep(stack, 'User', { username: accessKey }, user, admin);
  }
  const subject = `User:${publisher.accessKey}`;
  const entries = [{ resource: 'Topic:*', actions: ['Pub'], sourceIps: [], decision: 'Allow' }];
  const rules = { subject, policies: [{ policyType: 'Custom', entries }] };
  await keep(stack, 'Acl', { subject }, rules, admin);
}

/** Makes something, or makes it so where it is there: the broker answers a question for a user that it does not have as for any. */
async function keep(
  { rocketmq }: Stack,
  kind: 'User' | 'Acl',
  fields: Readonly<Record<string, string>>,
  content: object,
  account: Account,
): Promise<void> {
  const options = { body: JSON.stringify(content), account };
  const made = await ask(rocketmq.brokerAddr, REQUEST[`create${kind}`], fields, options);
  if (made.code === 0) return;
  const changed = await ask(rocketmq.brokerAddr, REQUEST[`update${kind}`], fields, options);
  if (changed.code === 0) return;
  throw worldFault(
    'account_refused',
    `RocketMQ does not take an account of the stack: ${made.remark ?? `code ${made.code}`}`,
    'Look at the broker with "rocketlift dev logs broker"; for a new beginning, remove the folder .rocketlift/stack after "down".',
  );
}
