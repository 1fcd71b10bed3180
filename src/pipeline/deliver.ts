import { SinkFault } from '../rocketmq/faults.js';
import type { EncodedMessage, Producer } from '../rocketmq/producer.js';
import { Patience } from './patience.js';

export interface DeliverOptions {
  readonly producer: Producer;
  /** How long the world's faults are tried again, in milliseconds. */
  readonly retryForMs: number;
  /** Gives up waiting; a request that is under way is still awaited. */
  readonly stop: AbortSignal;
  /** Told before a request is sent again; `duplicates` messages of it may stand in the topic already. */
  readonly onRetry: (fault: SinkFault, duplicates: number) => void;
  /** Told how many messages a request got acknowledged, and how many of them are stored, but not safe. */
  readonly onAcknowledged: (messages: number, storedOnly: number) => void;
}

/** Messages that can't be delivered because of what they are, by index. */
export type Refused = ReadonlyMap<number, SinkFault>;

/**
 * Delivers messages: what the world refuses is sent again, and a request that is refused because of a message in it
 * is halved until that message is found.
 * @returns the messages that the broker refuses for what they are; all others are acknowledged
 * @throws Fault the user's at once, the world's when `retryForMs` is over
 * @throws Stopped if `stop` came first; some messages may have been acknowledged then
 */
export async function deliver(
  messages: readonly EncodedMessage[],
  options: DeliverOptions,
): Promise<Refused> {
  const refused = new Map<number, SinkFault>();
  const waiting: (readonly number[])[] = [messages.map((_, index) => index)];
  for (let group = waiting.pop(); group; group = waiting.pop()) {
    const outcome = await sendUntilAnswered(
      group.map((index) => messages[index]),
      options,
    );
    if (outcome instanceof SinkFault) {
      if (group.length === 1) {
        refused.set(group[0], outcome);
      } else {
        const half = group.length >> 1;
        waiting.push(group.slice(half), group.slice(0, half));
      }
      continue;
    }
    for (const { index, fault } of outcome) {
      if (fault.fault === 'user') throw fault;
      if (fault.fault === 'record') refused.set(group[index], fault);
      else {
        options.onRetry(fault, fault.stored === 'maybe' ? 1 : 0);
        waiting.push([group[index]]);
      }
    }
  }
  return refused;
}

/** Sends one request until the broker has taken it, or refuses it for what is in it. */
async function sendUntilAnswered(messages: readonly EncodedMessage[], options: DeliverOptions) {
  const { producer, retryForMs, stop, onRetry, onAcknowledged } = options;
  const patience = new Patience({ retryForMs, stop });
  for (;;) {
    try {
      const { refusals, storedOnly } = await producer.send(messages);
      onAcknowledged(messages.length - refusals.length, storedOnly);
      return refusals;
    } catch (error) {
      if (error instanceof SinkFault && error.fault === 'record') return error;
      if (error instanceof SinkFault && error.fault === 'world') {
        onRetry(error, error.stored === 'maybe' ? messages.length : 0);
      }
      await patience.wait(error);
    }
  }
}
