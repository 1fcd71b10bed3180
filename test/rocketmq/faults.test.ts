import { describe, expect, it } from 'vitest';
import { sinkFault } from '../../src/rocketmq/faults.js';
import { RefusedError } from '../../src/rocketmq/nameserver/remoting-error.js';

const context = { topic: 'orders', endpoints: '127.0.0.1:8081', messageType: 'NORMAL' } as const;

describe('a proxy that does not know the type of a topic', () => {
  it.each([
    ['UNSPECIFIED', 'check', 'topic_not_found', 'user'],
    ['UNSPECIFIED', 'write', 'topic_not_found', 'world'],
    ['FIFO', 'check', 'topic_type', 'user'],
    ['FIFO', 'write', 'topic_type', 'user'],
  ] as const)('%s in a %s: %s, the %s fault', (type, stage, code, fault) => {
    const text = `TopicMessageType validate failed, the expected type is ${type}, but actual type is NORMAL`;
    const error = Object.assign(new Error(text), { code: 40014 });
    expect(sinkFault(error, { ...context, stage })).toMatchObject({ code, fault, stored: 'no' });
  });
});

it('a proxy that has too much to do has stored nothing', () => {
  const error = Object.assign(new Error('system busy, start flow control for a while'), { code: 42900 });
  const fault = { code: 'rocketmq_busy', fault: 'world', stored: 'no' };
  expect(sinkFault(error, { ...context, stage: 'write' })).toMatchObject(fault);
});

it.each([
  ['Check signature failed for accessKey=publisher', 'wrong_secret_key', 'secretKey points to'],
  ['No acl config for stranger', 'unknown_access_key', 'accessKey points to'],
  ['No default permission for topic:orders', 'no_permission', 'orders=PUB among the topicPerms'],
])('ACL 1.0 of 4.9.7 says "%s": %s', (text, code, mend) => {
  const said = `org.apache.rocketmq.acl.common.AclException: ${text}, org.apache.rocketmq.acl.plain.PlainPermissionManager.validate(PlainPermissionManager.java:683)`;
  const fault = sinkFault(new RefusedError(16, said), { ...context, stage: 'check', hasCredentials: true });
  expect(fault).toMatchObject({ code, fault: 'user', mend: expect.stringContaining(mend) });
});
