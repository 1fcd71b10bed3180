import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RemotingError } from '../../../src/rocketmq/nameserver/remoting-error.js';
import { mergeRoutes, parseRoute } from '../../../src/rocketmq/nameserver/route.js';

interface BrokerOptions {
  readonly perm?: number;
  readonly write?: number;
  readonly read?: number;
  readonly addresses?: string;
}

/** A route as a name server writes it. @param brokers by their names */
function routeText(brokers: Readonly<Record<string, BrokerOptions>>): string {
  const names = Object.keys(brokers);
  const queues = names.map((name) => {
    const { perm = 6, write = 4, read = 4 } = brokers[name];
    return `{"brokerName":${JSON.stringify(name)},"perm":${perm},"readQueueNums":${read},"topicSysFlag":0,"writeQueueNums":${write}}`;
  });
  const datas = names.map((name) => {
    const { addresses = '{"0":"10.0.0.1:10911"}' } = brokers[name];
    return `{"brokerAddrs":${addresses},"brokerName":${JSON.stringify(name)},"cluster":"c","enableActingMaster":false}`;
  });
  return `{"brokerDatas":[${datas}],"filterServerTable":{},"queueDatas":[${queues}]}`;
}

describe('parseRoute', () => {
  it('reads brokers in the order of their names, with masters and queues', () => {
    const text = routeText({
      b: { write: 2, read: 8, addresses: '{"0":"10.0.0.2:10911","1":"10.0.0.3:10911"}' },
      a: {},
    });
    expect(parseRoute(text)).toEqual([
      { name: 'a', cluster: 'c', masters: ['10.0.0.1:10911'], writableQueues: 4, readableQueues: 4 },
      { name: 'b', cluster: 'c', masters: ['10.0.0.2:10911'], writableQueues: 2, readableQueues: 8 },
    ]);
  });

  it.each([
    ['{0:"1.2.3.4:10911"}', ['1.2.3.4:10911']],
    ['{ 1:"1.2.3.5:10911", 0 : "1.2.3.4:10911"}', ['1.2.3.4:10911']],
    ['{0:"[::1]:10911",12:"1.2.3.5:10911"}', ['[::1]:10911']],
    ['{2:"1.2.3.4:10911"}', []],
    ['{}', []],
  ])('reads the addresses %s of a server before 5.0', (addresses, masters) => {
    expect(parseRoute(routeText({ a: { addresses } }))[0].masters).toEqual(masters);
  });

  it('leaves texts as they are that look like such names', () => {
    const name = 'a {1: b,2:"\\ {3:';
    const [broker] = parseRoute(routeText({ [name]: { addresses: '{0:"{1:2,3:4}:10911"}' } }));
    expect(broker).toMatchObject({ name, masters: ['{1:2,3:4}:10911'] });
  });

  it('reads names of any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, address) => {
        const addresses = `{0:${JSON.stringify(address)}}`;
        expect(parseRoute(routeText({ [name]: { addresses } }))[0]).toMatchObject({
          name,
          masters: [address],
        });
      }),
    );
  });

  it.each([
    [6, 4, 4],
    [4, 0, 4],
    [2, 4, 0],
    [0, 0, 0],
    // With the bit of a topic that hands its permission down.
    [7, 4, 4],
  ])('knows of a permission of %i what may be written and read', (perm, writableQueues, readableQueues) => {
    expect(parseRoute(routeText({ a: { perm } }))[0]).toMatchObject({ writableQueues, readableQueues });
  });

  it('reads a broker that has no queues of the topic', () => {
    const text = routeText({ a: {} }).replace(/"queueDatas":\[.*\]/, '"queueDatas":[]');
    expect(parseRoute(text)[0]).toMatchObject({ writableQueues: 0, readableQueues: 0 });
  });

  it('refuses what is no route, and never fails otherwise', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      // Pieces of routes in disorder.
      fc
        .array(fc.constantFrom('{', '}', '"', '\\', '0', ':', ',', '"queueDatas"', '[', ']'), {
          maxLength: 60,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(fc.property(texts, isRefused), { numRuns: 1000 });
    isRefused('{"queueDatas":[],"brokerDatas":null}');
    isRefused(routeText({ a: { addresses: '{"0":5}' } }));
    isRefused(routeText({ a: { write: 1.5 } }));
  });

  it.each([
    ['one text', `"${'x'.repeat(8_000_000)}"`],
    ['a text that does not end', `"${'x'.repeat(8_000_000)}`],
    ['escaped quotes without an end', '"\\'.repeat(4_000_000)],
    ['nothing but quotes', '"'.repeat(8_000_001)],
    ['nothing but brackets', '{'.repeat(8_000_000)],
    ['nothing but digits', `{${'1'.repeat(8_000_000)}`],
    ['white space before no number', `{${' '.repeat(200_000)}`.repeat(20)],
  ])('refuses %s as long as a frame, in a time that its length is fit for', (_, text) => {
    isRefused(text);
  });
});

function isRefused(text: string): void {
  const kind = (() => {
    try {
      return JSON.stringify(parseRoute(text));
    } catch (error) {
      if (!(error instanceof RemotingError)) throw error;
      return error.kind;
    }
  })();
  expect(kind).toBe('not_a_frame');
}

describe('mergeRoutes', () => {
  const known = (brokers: Readonly<Record<string, BrokerOptions>>) => parseRoute(routeText(brokers));
  const at = (address: string) => `{"0":"${address}"}`;

  it('knows every broker that one name server knows', () => {
    const merged = mergeRoutes([known({ c: {} }), known({ a: {}, b: {} }), known({})]);
    expect(merged.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('keeps all addresses of a broker, the first one first, and each once', () => {
    const [broker] = mergeRoutes([
      known({ a: { addresses: at('old:1') } }),
      known({ a: { addresses: at('new:1') } }),
      known({ a: { addresses: at('old:1') } }),
      known({ a: { addresses: '{}' } }),
    ]);
    expect(broker.masters).toEqual(['old:1', 'new:1']);
  });

  it('writes and reads only where all allow it', () => {
    const merged = mergeRoutes([known({ a: { write: 8 } }), known({ a: { perm: 4, read: 2 } })]);
    expect(merged[0]).toMatchObject({ writableQueues: 0, readableQueues: 2 });
  });

  it('is the route itself where there is but one, and the same for equal ones', () => {
    const route = known({ a: {}, b: { perm: 4 } });
    expect(mergeRoutes([route])).toEqual(route);
    expect(mergeRoutes([route, route])).toEqual(route);
    expect(mergeRoutes([])).toEqual([]);
  });
});
