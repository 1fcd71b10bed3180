import { afterEach, describe, expect, it } from 'vitest';
import { sink as sinkSchema } from '../../../src/job/schema/sink.js';
import { SinkFault, type Stage } from '../../../src/rocketmq/faults.js';
import { nameserverTransport } from '../../../src/rocketmq/nameserver/transport.js';
import type { Producer } from '../../../src/rocketmq/producer.js';
import { until } from '../../support/until.js';
import {
  type Behaviour,
  type Caller,
  type FakeServer,
  type OnRequest,
  rocketmq,
  useFakeServers,
} from './support/fake-server.js';
import { frameBytes, type TestFrame } from './support/frames.js';

const serve = useFakeServers();
const producers: Producer[] = [];
afterEach(async () => {
  for (const producer of producers.splice(0)) await producer.close();
});

const WITHIN_MS = 1000;

async function open(namesrvAddr: string, stage: Stage = 'check'): Promise<Producer> {
  const sink = sinkSchema.parse({ namesrvAddr, topic: 'orders' });
  const { producer } = await nameserverTransport(sink).open({
    stage,
    timeoutMs: WITHIN_MS,
    signal: new AbortController().signal,
  });
  producers.push(producer);
  return producer;
}

const send = (producer: Producer, messages = 3) =>
  producer.send(
    Array.from({ length: messages }, (_, n) => producer.encode({ id: `${n}`, body: `body ${n}` })),
  );

async function faultOf(work: Promise<unknown>): Promise<SinkFault> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SinkFault);
  return error as SinkFault;
}

/** A name server and broker in one. */
async function serveRocketmq(onSend?: OnRequest): Promise<FakeServer> {
  const server = await serve({});
  server.behave(rocketmq(() => server.address, onSend));
  return server;
}

const halfAnAnswer = (request: TestFrame, caller: Caller) => {
  caller.write(
    frameBytes({ code: 0, flag: 1, opaque: request.header.opaque }, Buffer.from('{}')).subarray(0, 30),
  );
  caller.end();
};
const webServer = (_: TestFrame, caller: Caller) => {
  caller.write(Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
  caller.end();
};
const noise = (_: TestFrame, caller: Caller) => caller.write(Buffer.alloc(64, 0xc1));
const binaryHeader = (_: TestFrame, caller: Caller) => caller.write(frameBytes({}, undefined, 1));
const closes = (_: TestFrame, caller: Caller) => caller.end();
const isSilent = () => {};

describe('a name server', () => {
  it.each<[string, Behaviour, string, 'world' | 'user']>([
    ['closes connections at once', { onConnect: (caller) => caller.end() }, 'rocketmq_unreachable', 'world'],
    ['closes connections when it is asked', { onRequest: closes }, 'rocketmq_unreachable', 'world'],
    ['sends half an answer', { onRequest: halfAnAnswer }, 'rocketmq_unreachable', 'world'],
    ['never answers', { onRequest: isSilent }, 'rocketmq_timeout', 'world'],
    ['answers with noise', { onRequest: noise }, 'not_rocketmq', 'user'],
    ['answers with a binary header', { onRequest: binaryHeader }, 'not_rocketmq', 'user'],
    ['is a web server', { onRequest: webServer }, 'not_rocketmq', 'user'],
    [
      'sends noise before it is asked',
      { onConnect: (caller) => caller.write(Buffer.from('220 mail.example.org ESMTP\r\n')) },
      'not_rocketmq',
      'user',
    ],
    [
      'answers with what is no route',
      { onRequest: (request, caller) => caller.answer(request, {}, Buffer.from('{"queueDatas":[]')) },
      'not_rocketmq',
      'user',
    ],
    [
      'knows no such request',
      {
        onRequest: (request, caller) =>
          caller.answer(request, { code: 3, remark: ' request type 105 not supported' }),
      },
      'not_a_broker',
      'user',
    ],
    [
      'knows no such topic',
      { onRequest: (request, caller) => caller.answer(request, { code: 17, remark: 'No topic route info' }) },
      'topic_not_found',
      'user',
    ],
    [
      'reports an error of its own',
      { onRequest: (request, caller) => caller.answer(request, { code: 1, remark: 'out of order' }) },
      'rocketmq_internal',
      'world',
    ],
  ])('that %s is told of, and a run waits for it', async (_, behaviour, code, fault) => {
    const server = await serve(behaviour);
    const found = await faultOf(open(server.address));
    expect(found).toMatchObject({ code, fault });
    expect(found.message).toContain(server.address);
    // A run that is under way waits for what a check ends with.
    expect(await faultOf(open(server.address, 'write'))).toMatchObject({ code, fault: 'world' });
    // Beside one that works it does no harm.
    const good = await serveRocketmq();
    const producer = await open(`${server.address};${good.address}`);
    expect(await send(producer)).toEqual({ refusals: [], storedOnly: 0 });
  });

  it('that is not there is told of, and does no harm beside one that works', async () => {
    const { address, close } = await serve({});
    await close();
    expect(await faultOf(open(address))).toMatchObject({
      code: 'rocketmq_unreachable',
      fault: 'world',
      stored: 'no',
    });
    const good = await serveRocketmq();
    for (const addresses of [`${address};${good.address}`, `${good.address};${address}`]) {
      expect(await send(await open(addresses))).toEqual({ refusals: [], storedOnly: 0 });
    }
  });
});

describe('a route that is known', () => {
  /** A producer whose name server is another server than its broker, and whose last request failed. */
  async function shaken() {
    const broker = await serveRocketmq();
    const namesrv = await serve(rocketmq(() => broker.address));
    const producer = await open(namesrv.address);
    await send(producer);
    broker.behave(rocketmq(() => broker.address, closes));
    const shake = async () => {
      broker.behave(rocketmq(() => broker.address, closes));
      await faultOf(send(producer));
      broker.behave(rocketmq(() => broker.address));
    };
    await shake();
    return { broker, namesrv, producer, shake };
  }

  it.each<[string, (namesrv: FakeServer) => Promise<void>]>([
    ['is gone', (namesrv) => namesrv.close()],
    ['hangs', async (namesrv) => namesrv.behave({ onRequest: isSilent })],
    ['is no name server any more', async (namesrv) => namesrv.behave({ onRequest: webServer })],
  ])('is good enough while the name server %s', async (_, change) => {
    const { namesrv, producer, shake } = await shaken();
    await change(namesrv);
    for (let times = 0; times < 3; times++) {
      expect(await send(producer)).toEqual({ refusals: [], storedOnly: 0 });
      await shake();
    }
  });

  it('is good enough for a partition that begins while no name server answers, and not for a check', async () => {
    const { namesrv, producer } = await shaken();
    await namesrv.close();
    await send(producer);
    expect(await faultOf(open(namesrv.address))).toMatchObject({ code: 'rocketmq_unreachable' });
    expect(await send(await open(namesrv.address, 'write'))).toEqual({ refusals: [], storedOnly: 0 });
  });

  it('holds what has arrived for unknown while a broker that may have taken it is gone from it', async () => {
    const [a, b] = [await serveRocketmq(), await serveRocketmq()];
    const names = await serve(rocketmq(() => ({ a: a.address, b: b.address })));
    const producer = await open(names.address, 'write');
    const asked = [producer.encode({ id: 'r-1', body: 'body' })];
    names.behave(rocketmq(() => ({ a: a.address })));
    const fault = await faultOf(
      Promise.resolve(producer.arrivals?.among(asked, 'no answer', new AbortController().signal)),
    );
    expect(fault).toMatchObject({ code: 'rocketmq_unreachable', fault: 'world' });
    expect(fault.message).toContain('broker b is gone');
  });

  it('is forgotten when name servers say that the topic is gone, and found again when it is back', async () => {
    const { broker, namesrv, producer } = await shaken();
    namesrv.behave({
      onRequest: (request, caller) => caller.answer(request, { code: 17, remark: 'No topic' }),
    });
    const fault = await until(() =>
      send(producer).then(
        () => undefined,
        (error) => error,
      ),
    );
    expect(fault).toMatchObject({ code: 'topic_not_found', fault: 'world', stored: 'no' });
    namesrv.behave(rocketmq(() => broker.address));
    expect(await send(producer)).toEqual({ refusals: [], storedOnly: 0 });
  });

  it('leads to where the broker has moved', async () => {
    const { broker, namesrv, producer } = await shaken();
    const moved = await serveRocketmq();
    namesrv.behave(rocketmq(() => moved.address));
    await broker.close();
    await until(() =>
      send(producer).then(
        () => true,
        () => false,
      ),
    );
    expect(moved.requests.length).toBeGreaterThan(0);
  });
});

describe('name servers that disagree', () => {
  it('on where a broker is: the address that answers is found, whichever comes first', async () => {
    const [gone, there] = [await serveRocketmq(), await serveRocketmq()];
    await gone.close();
    const names = await Promise.all([gone, there].map(({ address }) => serve(rocketmq(() => address))));
    for (const servers of [names, names.toReversed()]) {
      const producer = await open(servers.map(({ address }) => address).join(';'));
      // All but the first attempts come there.
      await until(() =>
        send(producer).then(
          () => true,
          () => false,
        ),
      );
      expect(await send(producer)).toEqual({ refusals: [], storedOnly: 0 });
    }
  });
});

describe('a broker', () => {
  it.each<[string, OnRequest, string, 'no' | 'maybe']>([
    ['closes connections when messages come', closes, 'rocketmq_unreachable', 'maybe'],
    ['sends half an answer', halfAnAnswer, 'rocketmq_unreachable', 'maybe'],
    ['never answers', isSilent, 'rocketmq_timeout', 'maybe'],
    ['answers with noise', noise, 'not_rocketmq', 'maybe'],
    ['turned into a web server', webServer, 'not_rocketmq', 'maybe'],
    [
      'is busy',
      (request, caller) => caller.answer(request, { code: 2, remark: '[REJECTREQUEST]' }),
      'rocketmq_busy',
      'no',
    ],
    [
      'is about to leave',
      (request, caller) => caller.answer(request, { code: 1500, remark: 'please go away' }),
      'rocketmq_unavailable',
      'no',
    ],
    [
      'answers with a code that nobody knows',
      (request, caller) => caller.answer(request, { code: 987654, remark: 'new in 9.0' }),
      'rocketmq_internal',
      'maybe',
    ],
    [
      'answers without a remark',
      (request, caller) => caller.answer(request, { code: 1, remark: null, extFields: null }),
      'rocketmq_internal',
      'maybe',
    ],
  ])('that %s is the world, and the messages are sent to it again', async (_, onSend, code, stored) => {
    const server = await serveRocketmq(onSend);
    const producer = await open(server.address);
    for (const messages of [1, 3]) {
      expect(await faultOf(send(producer, messages))).toMatchObject({ code, fault: 'world', stored });
    }
    server.behave(rocketmq(() => server.address));
    expect(await send(producer)).toEqual({ refusals: [], storedOnly: 0 });
  });

  it('that is gone has stored nothing of what never left', async () => {
    const server = await serveRocketmq();
    const namesrv = await serve({});
    namesrv.behave(rocketmq(() => server.address));
    const producer = await open(namesrv.address);
    await send(producer);
    await server.close();
    await faultOf(send(producer));
    expect(await faultOf(send(producer))).toMatchObject({ code: 'rocketmq_unreachable', stored: 'no' });
  });

  it('that refuses to be asked whether messages may be sent is told of by a check', async () => {
    const server = await serve({});
    server.behave({
      onRequest(request, caller) {
        if (request.header.code === 310)
          caller.answer(request, { code: 16, remark: 'the broker[1] sending message is forbidden' });
        else rocketmq(() => server.address).onRequest?.(request, caller);
      },
    });
    expect(await faultOf(open(server.address))).toMatchObject({ code: 'topic_not_writable', fault: 'user' });
  });
});
