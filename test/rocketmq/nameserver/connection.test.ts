import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Answer, RemotingConnection } from '../../../src/rocketmq/nameserver/connection.js';
import { REQUEST } from '../../../src/rocketmq/nameserver/protocol.js';
import { RemotingError } from '../../../src/rocketmq/nameserver/remoting-error.js';
import { until } from '../../support/until.js';
import { type Caller, useFakeServers } from './support/fake-server.js';
import { frameBytes, type TestFrame } from './support/frames.js';

const serve = useFakeServers();
const TIMEOUT_MS = 500;

const open = (address: string) => RemotingConnection.open(address, { timeoutMs: TIMEOUT_MS });
const nameOf = ({ header }: TestFrame) => (header.extFields as Record<string, string>).name;
const askFor = (connection: RemotingConnection, name: string) =>
  connection.ask({ code: REQUEST.getMaxOffset, fields: { name } });
const echo = (request: TestFrame, caller: Caller) =>
  caller.answer(request, { extFields: { name: nameOf(request) } });

/** Why there is no answer. */
async function failure(asked: Promise<Answer | RemotingConnection>): Promise<RemotingError> {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RemotingError);
  return error as RemotingError;
}

describe('RemotingConnection', () => {
  it('gives everyone their own answer, in whatever order and pieces answers come', async () => {
    const waiting: TestFrame[] = [];
    const server = await serve({
      onRequest(request, caller) {
        waiting.push(request);
        if (waiting.length < 500) return;
        const answers = waiting
          .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
          .map((each) =>
            frameBytes({ code: 0, flag: 1, opaque: each.header.opaque, extFields: { name: nameOf(each) } }),
          );
        const bytes = Buffer.concat(answers);
        for (let at = 0; at < bytes.length; at += 1013) caller.write(bytes.subarray(at, at + 1013));
      },
    });
    const connection = await open(server.address);
    const names = Array.from({ length: 500 }, (_, n) => `${(n * 7919) % 500}`);
    const answers = await Promise.all(names.map((name) => askFor(connection, name)));
    expect(answers.map(({ fields }) => fields.name)).toEqual(names);
    expect(server.connections).toBe(1);
    connection.close();
  });

  it('gives an answer that came too late to nobody, and goes on', async () => {
    let first: TestFrame | undefined;
    const server = await serve({
      onRequest(request, caller) {
        if (nameOf(request) === 'never') {
          first = request;
          return;
        }
        if (first && nameOf(request) === 'after') echo(first, caller);
        echo(request, caller);
        // And an answer that was given already, and one to what nobody asked.
        echo(request, caller);
        caller.answer({ ...request, header: { opaque: -5 } });
      },
    });
    const connection = await open(server.address);
    const never = failure(askFor(connection, 'never'));
    await askFor(connection, 'meanwhile');
    expect(await never).toMatchObject({ kind: 'timeout', message: expect.stringContaining(server.address) });
    expect(connection.isOpen).toBe(true);
    expect((await askFor(connection, 'after')).fields.name).toBe('after');
    expect((await askFor(connection, 'last')).fields.name).toBe('last');
    connection.close();
  });

  it('takes a connection on which nothing comes any more for a dead one', async () => {
    const server = await serve({ onRequest() {} });
    const connection = await open(server.address);
    const since = performance.now();
    const one = failure(askFor(connection, 'a'));
    await until(async () => performance.now() - since > TIMEOUT_MS / 2);
    // What was asked later is not waited for any longer, and fails for the same reason.
    const other = failure(askFor(connection, 'b'));
    expect((await one).kind).toBe('timeout');
    expect((await other).kind).toBe('timeout');
    expect(connection.isOpen).toBe(false);
    expect((await failure(askFor(connection, 'c'))).kind).toBe('unreachable');
  });

  it.each<[string, (request: TestFrame, caller: Caller) => void, RemotingError['kind'], RegExp]>([
    ['ends without an answer', (_, caller) => caller.end(), 'lost', /ended/],
    [
      'ends in the middle of an answer',
      (request, caller) => {
        caller.write(frameBytes({ code: 0, flag: 1, opaque: request.header.opaque }).subarray(0, 20));
        caller.end();
      },
      'lost',
      /ended in the middle of an answer/,
    ],
    [
      'is answered with noise',
      (_, caller) => caller.write(Buffer.alloc(100, 0xfe)),
      'not_a_frame',
      /no frame/,
    ],
    [
      'is answered by a web server',
      (_, caller) => caller.write(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')),
      'not_a_frame',
      /no frame/,
    ],
  ])('says of a request that %s why, to all that wait', async (_, onRequest, kind, message) => {
    const server = await serve({ onRequest });
    const connection = await open(server.address);
    const failures = await Promise.all(['a', 'b', 'c'].map((name) => failure(askFor(connection, name))));
    for (const each of failures) {
      expect(each).toMatchObject({ kind, message: expect.stringMatching(message) });
      expect(each.message).toContain(server.address);
    }
    expect(connection.isOpen).toBe(false);
    // What is asked now is known not to have left.
    expect((await failure(askFor(connection, 'd'))).kind).toBe('unreachable');
  });

  it('knows a refusal of ACL 1.0, which brokers pass on as a failure of their own', async () => {
    const remark =
      'org.apache.rocketmq.acl.common.AclException: Check signature failed for accessKey=someone, plain_validator';
    const server = await serve({
      onRequest: (request, caller) => caller.answer(request, { code: 1, remark }),
    });
    const connection = await open(server.address);
    expect(await askFor(connection, 'a')).toMatchObject({ code: 16, remark });
    connection.close();
  });

  it('gives the answers that came before noise', async () => {
    const server = await serve({
      onRequest(request, caller) {
        if (nameOf(request) === 'a') caller.write(Buffer.concat([answerTo(request), Buffer.alloc(50, 0xff)]));
      },
    });
    const connection = await open(server.address);
    const [a, b] = [askFor(connection, 'a'), failure(askFor(connection, 'b'))];
    expect((await a).code).toBe(0);
    expect((await b).kind).toBe('not_a_frame');
  });

  it('reads an answer byte by byte', async () => {
    const server = await serve({
      async onRequest(request, caller) {
        for (const byte of answerTo(request)) {
          caller.write(Buffer.from([byte]));
          await delay(0);
        }
      },
    });
    const connection = await open(server.address);
    expect((await askFor(connection, 'a')).code).toBe(0);
    connection.close();
  });

  it('tells a server that asks something that it knows no answer, and one that only tells nothing', async () => {
    const server = await serve({
      onRequest(request, caller) {
        if (request.header.flag !== 0) return;
        caller.write(frameBytes({ code: 39, opaque: 70, flag: 2 }));
        caller.write(frameBytes({ code: 39, opaque: 71, flag: 0 }));
        echo(request, caller);
      },
    });
    const connection = await open(server.address);
    expect((await askFor(connection, 'a')).fields.name).toBe('a');
    const answers = await until(async () => {
      const found = server.requests.filter(({ header }) => header.flag === 1);
      return found.length > 0 && found;
    });
    expect(answers.map(({ header }) => [header.opaque, header.code])).toEqual([[71, 3]]);
    connection.close();
  });

  it('is not there where nobody listens, and where connections are closed at once', async () => {
    const server = await serve({});
    const { address } = server;
    await server.close();
    expect(await failure(open(address))).toMatchObject({
      kind: 'unreachable',
      message: `no connection to ${address}: ECONNREFUSED`,
    });
    const closing = await serve({ onConnect: (caller) => caller.end() });
    // It may be seen at once, or with the first request.
    const error = await failure(open(closing.address).then((connection) => askFor(connection, 'a')));
    expect(['unreachable', 'lost']).toContain(error.kind);
  });

  it('says of what waits when it is closed that it is lost', async () => {
    const server = await serve({ onRequest() {} });
    const connection = await open(server.address);
    const asked = failure(askFor(connection, 'a'));
    connection.close();
    expect((await asked).kind).toBe('lost');
  });
});

const answerTo = ({ header: { opaque } }: TestFrame) => frameBytes({ code: 0, flag: 1, opaque });
