import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeliverOptions, deliver } from '../../src/pipeline/deliver.js';
import { Stopped } from '../../src/pipeline/patience.js';
import { SinkFault } from '../../src/rocketmq/faults.js';
import type { Doubt, EncodedMessage, Producer } from '../../src/rocketmq/producer.js';

const fault = (kind: 'record' | 'world' | 'user', stored: 'no' | 'maybe' = 'no') =>
  new SinkFault(`a_${kind}_fault`, kind, stored, 'message', 'mend');

const numbered = (count: number): EncodedMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    bytes: Buffer.from(String(index)),
    bodyBytes: 1,
    propertyBytes: 0,
  }));

const number = ({ bytes }: EncodedMessage) => Number(Buffer.from(bytes).toString());

/** A producer that does with each request what `behave` says, and remembers what it acknowledged. */
function producer(behave: (numbers: number[], request: number) => SinkFault | undefined) {
  const acknowledged: number[] = [];
  let request = 0;
  const made: Pick<Producer, 'send'> = {
    async send(messages) {
      const numbers = messages.map(number);
      const thrown = behave(numbers, request++);
      if (thrown) throw thrown;
      acknowledged.push(...numbers);
      return { refusals: [], storedOnly: 0 };
    },
  };
  return { producer: made as Producer, acknowledged, requests: () => request };
}

function options(sender: Producer, more: Partial<DeliverOptions> = {}): DeliverOptions {
  return {
    producer: { ...sender, maxMessages: Number.POSITIVE_INFINITY },
    asker: { canAsk: false, found: async () => undefined },
    fresh: async () => true,
    onCertain: () => {},
    retryForMs: 60_000,
    stop: new AbortController().signal,
    onRetry: () => {},
    onAcknowledged: () => {},
    ...more,
  };
}

describe('deliver', () => {
  it('finds exactly the messages that are refused, and delivers every other one once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }).chain((count) =>
          fc.record({
            count: fc.constant(count),
            bad: fc.uniqueArray(fc.nat(count - 1), { maxLength: 5 }),
          }),
        ),
        async ({ count, bad }) => {
          const broker = producer((numbers) =>
            numbers.some((n) => bad.includes(n)) ? fault('record') : undefined,
          );
          const refused = await deliver(numbered(count), options(broker.producer));
          expect([...refused.keys()].sort((a, b) => a - b)).toEqual([...bad].sort((a, b) => a - b));
          const good = Array.from({ length: count }, (_, n) => n).filter((n) => !bad.includes(n));
          expect(broker.acknowledged.sort((a, b) => a - b)).toEqual(good);
        },
      ),
    );
  });

  it('sends again what the world refused, and counts what may be stored twice', async () => {
    const answers = [fault('world', 'maybe'), fault('world', 'no'), undefined];
    const broker = producer((_, request) => answers[request]);
    const duplicates: number[] = [];
    const refused = await deliver(
      numbered(3),
      options(broker.producer, { onRetry: (_, count) => duplicates.push(count) }),
    );
    expect(refused.size).toBe(0);
    expect(broker.acknowledged).toEqual([0, 1, 2]);
    expect(duplicates).toEqual([3, 0]);
  });

  it('never takes an outage for the fault of a record', async () => {
    const broker = producer((numbers) => (numbers.length > 1 ? fault('record') : fault('world')));
    await expect(deliver(numbered(2), options(broker.producer, { retryForMs: 0 }))).rejects.toMatchObject({
      code: 'a_world_fault',
      fault: 'world',
    });
    expect(broker.acknowledged).toEqual([]);
  });

  it("ends at once with the user's fault", async () => {
    const broker = producer(() => fault('user'));
    await expect(deliver(numbered(4), options(broker.producer))).rejects.toMatchObject({ fault: 'user' });
    expect(broker.requests()).toBe(1);
  });

  it('gives up waiting when it is stopped', async () => {
    const stop = new AbortController();
    const broker = producer(() => fault('world'));
    const delivery = deliver(
      numbered(1),
      options(broker.producer, { stop: stop.signal, onRetry: () => stop.abort() }),
    );
    await expect(delivery).rejects.toBeInstanceOf(Stopped);
  });

  it('sends a single refused message of a request that was acknowledged otherwise again', async () => {
    let asked = 0;
    const sent: number[][] = [];
    const sender: Pick<Producer, 'send'> = {
      async send(messages) {
        sent.push(messages.map(number));
        const some = [
          { index: 1, fault: fault('world') },
          { index: 2, fault: fault('record') },
        ];
        return { refusals: asked++ === 0 ? some : [], storedOnly: 0 };
      },
    };
    const refused = await deliver(numbered(3), options(sender as Producer));
    expect(sent).toEqual([[0, 1, 2], [1]]);
    expect([...refused.keys()]).toEqual([2]);
  });

  it('sends nothing again once another may have taken over', async () => {
    const broker = producer((_, request) => (request === 0 ? fault('world') : undefined));
    let sends = 0;
    const fresh = async () => sends++ === 0;
    const delivery = deliver(numbered(3), options(broker.producer, { fresh }));
    await expect(delivery).rejects.toBeInstanceOf(Stopped);
    expect(broker.requests()).toBe(1);
    expect(broker.acknowledged).toEqual([]);
  });

  it('does so no sooner than it may, and not after it was stopped', async () => {
    const stop = new AbortController();
    const sent: number[][] = [];
    const sender: Pick<Producer, 'send'> = {
      async send(messages) {
        sent.push(messages.map(number));
        return { refusals: [{ index: 0, fault: fault('world') }], storedOnly: 0 };
      },
    };
    const onRetry = () => stop.abort();
    const delivery = deliver(numbered(2), options(sender as Producer, { stop: stop.signal, onRetry }));
    await expect(delivery).rejects.toBeInstanceOf(Stopped);
    expect(sent).toEqual([[0, 1]]);
  });

  describe('where brokers can be asked what has arrived', () => {
    /** A broker that stores messages and then says what `behave` says, and an asker that knows what it holds. */
    function world(behave: (request: number) => SinkFault | undefined) {
      const stored: number[] = [];
      let request = 0;
      const sender: Pick<Producer, 'send'> = {
        async send(messages) {
          stored.push(...messages.map(number));
          const thrown = behave(request++);
          if (thrown) throw thrown;
          return { refusals: [], storedOnly: 0 };
        },
      };
      const doubts: Doubt[] = [];
      const asker: DeliverOptions['asker'] = {
        canAsk: true,
        async found(messages, doubt) {
          doubts.push(doubt);
          return new Set(messages.flatMap((message, at) => (stored.includes(number(message)) ? [at] : [])));
        },
      };
      return { stored, doubts, sender: sender as Producer, asker };
    }

    it('sends nothing again that arrived though its answer was lost, and takes back what it had counted', async () => {
      const { stored, doubts, sender, asker } = world((request) =>
        request === 0 ? fault('world', 'maybe') : undefined,
      );
      let doubted = 0;
      const acknowledged: number[] = [];
      const refused = await deliver(
        numbered(4),
        options(sender, {
          asker,
          onRetry: (_, messages) => {
            doubted += messages;
          },
          onCertain: (messages) => {
            doubted -= messages;
          },
          onAcknowledged: (messages) => acknowledged.push(messages),
        }),
      );
      expect(refused.size).toBe(0);
      expect(stored).toEqual([0, 1, 2, 3]);
      expect(doubts).toEqual(['no answer']);
      expect(doubted).toBe(0);
      expect(acknowledged).toEqual([4]);
    });

    it('asks before it sends what an attempt before may have sent', async () => {
      const { stored, doubts, sender, asker } = world(() => undefined);
      stored.push(1, 3);
      await deliver(numbered(5), options(sender, { asker }), 'crash');
      expect(stored).toEqual([1, 3, 0, 2, 4]);
      expect(doubts).toEqual(['crash']);
    });

    it('sends what is stored and not safe again, a few times, and gives up then', async () => {
      const { stored, doubts, sender, asker } = world(
        () => new SinkFault('rocketmq_not_safe', 'world', 'maybe', 'not safe', ''),
      );
      let doubted = 0;
      const delivery = deliver(
        numbered(1),
        options(sender, {
          asker,
          onRetry: (_, messages) => {
            doubted += messages;
          },
        }),
      );
      await expect(delivery).rejects.toMatchObject({ code: 'rocketmq_not_safe' });
      expect(stored).toEqual([0, 0, 0, 0, 0]);
      expect(doubted).toBe(5);
      expect(doubts).toEqual([]);
    });
  });
});
