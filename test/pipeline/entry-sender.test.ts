import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/job/fault.js';
import type { Message } from '../../src/job/message.js';
import { entrySender } from '../../src/pipeline/entry-sender.js';
import { Stopped } from '../../src/pipeline/patience.js';
import { SinkFault } from '../../src/rocketmq/faults.js';
import type { Producer } from '../../src/rocketmq/producer.js';
import { until } from '../support/until.js';
import { plain, plainProducer } from './support.js';

const message = (id: string, body = id): Message => ({ id, body });
const outage = () => new SinkFault('rocketmq_unreachable', 'world', 'maybe', 'gone', 'mend');

function sender(
  producer: Partial<Producer>,
  { retryForMs = 10_000, stop = new AbortController().signal } = {},
) {
  let opened = 0;
  const told: (string | undefined)[] = [];
  const own = plainProducer(producer);
  const entries = entrySender({
    transport: {
      async open({ signal, timeoutMs }) {
        signal.throwIfAborted();
        if (timeoutMs === 0) throw outage();
        opened++;
        return { producer: own, topic: { writableQueues: 1, brokers: [] } };
      },
    },
    run: 'job/run',
    openForMs: 10_000,
    retryForMs,
    stop,
    onTrouble: (fault: Fault | undefined) => told.push(fault?.code),
  });
  return { entries, told, opened: () => opened };
}

describe('entrySender', () => {
  it('connects for the first entry, and not again', async () => {
    const { entries, opened } = sender({});
    expect(opened()).toBe(0);
    await entries.send([message('a')]);
    await entries.send([message('b')]);
    expect(opened()).toBe(1);
  });

  it('waits for nobody once it is closed', async () => {
    const unused = sender({});
    await unused.entries.close();
    expect(unused.opened()).toBe(0);
    const { entries, told } = sender({ send: () => Promise.reject(outage()) }, { retryForMs: 3_600_000 });
    const sending = entries.send([message('a')]);
    await until(async () => told.length > 0);
    await entries.close();
    await expect(sending).rejects.toThrow(Stopped);
  });

  it('sends no more in a request than a broker takes', async () => {
    const requests: string[][] = [];
    const { entries } = sender({
      maxRequestBytes: 10,
      async send(messages) {
        requests.push(messages.map((one) => plain(one).message.id));
        return { refusals: [], storedOnly: 0 };
      },
    });
    const bodies = ['1234', '123456', '1', '1234567890', '12345678901'];
    await entries.send(bodies.map((body, n) => message(`${n}`, body)));
    expect(requests).toEqual([['0', '1'], ['2'], ['3'], ['4']]);
  });

  it('waits for the world, sends again what may have arrived, and tells of both', async () => {
    const sent: string[] = [];
    let tries = 0;
    const { entries, told } = sender({
      async send(messages) {
        sent.push(...messages.map((one) => plain(one).message.id));
        if (++tries < 3) throw outage();
        return { refusals: [], storedOnly: 0 };
      },
    });
    await entries.send([message('a'), message('b')]);
    expect(sent).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(told).toEqual(['rocketmq_unreachable', 'rocketmq_unreachable', undefined]);
  });

  it('gives up when the world has failed for too long', async () => {
    const { entries } = sender({ send: () => Promise.reject(outage()) }, { retryForMs: 0 });
    await expect(entries.send([message('a')])).rejects.toMatchObject({ fault: 'world' });
  });

  it('keeps what was found before a stop, also where it has to connect, or is refused once', async () => {
    const sent: string[] = [];
    const { entries, opened } = sender(
      {
        async send(messages) {
          sent.push(...messages.map((one) => plain(one).message.id));
          if (sent.length === 1) throw outage();
          return { refusals: [], storedOnly: 0 };
        },
      },
      { stop: AbortSignal.abort() },
    );
    await entries.send([message('a')]);
    expect(opened()).toBe(1);
    expect(sent).toEqual(['a', 'a']);
  });

  it('connects however short faults are waited out', async () => {
    const { entries, opened } = sender({}, { retryForMs: 0 });
    await entries.send([message('a')]);
    expect(opened()).toBe(1);
  });

  it('passes over no entry that is refused for what it is', async () => {
    const refusal = new SinkFault('message_too_large', 'record', 'no', 'too large', 'mend');
    const { entries } = sender({
      async send(messages) {
        if (messages.some((one) => plain(one).message.id === 'b')) throw refusal;
        return { refusals: [], storedOnly: 0 };
      },
    });
    await expect(entries.send(['a', 'b', 'c'].map((id) => message(id)))).rejects.toBe(refusal);
  });
});
