import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resolveCredentials } from '../../src/rocketmq/credentials.js';
import { sinkFault } from '../../src/rocketmq/faults.js';

const REFERENCES = { accessKey: '${env:KEY}', secretKey: '${env:SECRET}', securityToken: '${env:TOKEN}' };
const VALUES = { KEY: 'account-1', SECRET: 'account-1-S3cret\\"\'x', TOKEN: 'T0ken' };

describe('credentials', () => {
  it('are what the references stand for', async () => {
    const { credentials } = await resolveCredentials(REFERENCES, { env: VALUES });
    expect(credentials).toEqual({
      accessKey: VALUES.KEY,
      secretKey: VALUES.SECRET,
      securityToken: VALUES.TOKEN,
    });
  });

  it.each([
    ['KEY', 'a\nb'],
    ['KEY', 'ключ'],
    ['SECRET', 'a\nb'],
    ['TOKEN', 'a\0b'],
  ])('that can not be sent are refused without a word of them: %s', async (name, value) => {
    const error = await resolveCredentials(REFERENCES, { env: { ...VALUES, [name]: value } }).catch((e) => e);
    expect(error).toMatchObject({ code: 'secret_unusable', fault: 'user' });
    expect(error.message).toContain(`\${env:${name}}`);
    expect(inspect(error)).not.toContain(value);
  });

  it('are taken out of texts, in all the forms in which they may stand there', async () => {
    const { redact } = await resolveCredentials(REFERENCES, { env: VALUES });
    const texts = Object.values(VALUES).flatMap((value) => [
      value,
      JSON.stringify({ value }),
      inspect({ value }),
    ]);
    for (const text of texts) {
      for (const value of ['S3cret', 'account-1', 'T0ken']) expect(redact(`<${text}>`)).not.toContain(value);
    }
    expect(redact('User:account-1 is not found')).toBe('User:${env:KEY} is not found');
  });
});

describe('a fault of RocketMQ', () => {
  it('holds no secret, in its message and in its cause', async () => {
    const { redact } = await resolveCredentials(REFERENCES, { env: VALUES });
    const error = Object.assign(new Error(`User:account-1 is not found, ${VALUES.SECRET}`), {
      code: 40100,
      metadata: { authorization: `Credential=account-1, token ${VALUES.TOKEN}` },
    });
    const fault = sinkFault(error, {
      stage: 'check',
      topic: 'orders',
      endpoints: '127.0.0.1:8081',
      messageType: 'NORMAL',
      hasCredentials: true,
      redact,
    });
    expect(fault).toMatchObject({ code: 'unknown_access_key', fault: 'user' });
    expect(fault.message).toContain('${env:KEY}');
    expect(inspect(fault, { depth: 20 })).not.toMatch(/account-1|S3cret|T0ken/);
  });
});
