import { isNotSafe } from '../job/fault.js';
import { SinkFault } from '../rocketmq/faults.js';
import type { Doubt, EncodedMessage, Outcome, Producer } from '../rocketmq/producer.js';
import type { Asker } from './asker.js';
import { Patience, Stopped } from './patience.js';

export interface DeliverOptions {
  readonly producer: Producer;
  /** Whom to ask what has arrived, before something is sent again. */
  readonly asker: Pick<Asker, 'canAsk' | 'found'>;
  /** How long the world's faults are tried again, in milliseconds. */
  readonly retryForMs: number;
  /** Gives up waiting; a request that is under way is still awaited. */
  readonly stop: AbortSignal;
  /**
   * Waits until it is certain that nobody has taken over; asked before every request, as what goes in it may have waited, and the
   * process have stood still meanwhile. False when the stop came while it waited.
   */
  readonly fresh: (stop: AbortSignal) => Promise<boolean>;
  /** Told before a request is sent again; `doubted` messages of it may stand in the topic already. */
  readonly onRetry: (fault: SinkFault, doubted: number) => void;
  /** Told of doubted messages that it is known which of them have arrived: what did not is sent again, and nothing else. */
  readonly onCertain: (doubted: number) => void;
  /** Told how many messages a request got acknowledged, and how many of them are stored, but not safe. */
  readonly onAcknowledged: (messages: number, storedOnly: number) => void;
}

/** Messages that can't be delivered because of what they are, by index. */
export type Refused = ReadonlyMap<number, SinkFault>;

/** Times that messages are sent which are stored and not safe. */
const NOT_SAFE_TRIES = 5;

/** Messages that go in one request. */
interface Group {
  readonly indexes: readonly number[];
  /** Whether they may have arrived already, and why. */
  readonly doubt?: Doubt | undefined;
  /** Lasts until something works. */
  readonly patience?: Patience;
  /** Times that they were stored, and not safe. */
  readonly notSafe?: number;
}

/**
 * Delivers messages: what the world refuses is sent again, and a request that is refused because of a message in it
 * is halved until that message is found. One request after the other, in the order of the messages.
 * @param doubt whether all of them may have arrived already
 * @returns the messages that the broker refuses for what they are; all others are acknowledged
 * @throws Fault the user's at once, the world's when `retryForMs` is over, or messages are not safe after some tries
 * @throws Stopped if `stop` came first; some messages may have been acknowledged then
 */
export async function deliver(
  messages: readonly EncodedMessage[],
  options: DeliverOptions,
  doubt?: Doubt,
): Promise<Refused> {
  const refused = new Map<number, SinkFault>();
  const waiting: Group[] = requests(messages, options.producer.maxMessages).map((indexes) => ({
    indexes,
    doubt,
  }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const group = await withoutArrived(next, messages, options);
    if (group.indexes.length === 0) continue;
    if (!(await options.fresh(options.stop))) throw new Stopped();
    let again: Again | undefined;
    try {
      const outcome = await options.producer.send(group.indexes.map((index) => messages[index]));
      options.onAcknowledged(group.indexes.length - outcome.refusals.length, outcome.storedOnly);
      again = takeRefusals(group, outcome, refused, options);
    } catch (error) {
      if (error instanceof SinkFault && error.fault === 'record') {
        waiting.push(...halves(group, error, refused));
      } else waiting.push(await later(group, error, options));
    }
    if (again) {
      await again.patience.wait(again.fault);
      waiting.push(again);
    }
  }
  return refused;
}

/**
 * Indexes of messages that go together, the last request first: messages of one form, and no more than a request may have. Only
 * where they have a lane, they must follow each other for that.
 */
function requests(messages: readonly EncodedMessage[], most: number): number[][] {
  const all: number[][] = [];
  for (const [index, { form, lane }] of messages.entries()) {
    const takes = (request: number[] | undefined) =>
      request !== undefined && request.length < most && messages[request[0]].form === form;
    const request = lane === undefined ? all.findLast(takes) : all.at(-1);
    if (request && takes(request)) request.push(index);
    else all.push([index]);
  }
  return all.reverse();
}

/** What is left of a group to be sent, if the broker can be asked. */
async function withoutArrived(
  group: Group,
  messages: readonly EncodedMessage[],
  { asker, onCertain, onAcknowledged }: DeliverOptions,
): Promise<Group> {
  const { indexes, doubt } = group;
  if (doubt === undefined || !asker.canAsk) return group;
  const found = await asker.found(
    indexes.map((index) => messages[index]),
    doubt,
  );
  if (!found) return group;
  if (doubt === 'no answer') onCertain(indexes.length);
  if (found.size > 0) onAcknowledged(found.size, 0);
  return { ...group, doubt: undefined, indexes: indexes.filter((_, at) => !found.has(at)) };
}

/** What of a request is to be sent again, and why. */
interface Again extends Group {
  readonly patience: Patience;
  readonly fault: SinkFault;
}

/** Sorts out what was refused while the rest was taken; what of it is to be sent again, if anything. */
function takeRefusals(
  { indexes, patience }: Group,
  { refusals }: Outcome,
  refused: Map<number, SinkFault>,
  { retryForMs, stop, onRetry }: DeliverOptions,
): Again | undefined {
  const again: number[] = [];
  let isDoubted = false;
  let first: SinkFault | undefined;
  for (const { index, fault } of refusals) {
    if (fault.fault === 'user') throw fault;
    if (fault.fault === 'record') refused.set(indexes[index], fault);
    else {
      const doubted = fault.stored === 'maybe';
      isDoubted ||= doubted;
      onRetry(fault, doubted ? 1 : 0);
      first ??= fault;
      again.push(indexes[index]);
    }
  }
  if (!first) return undefined;
  return {
    indexes: again,
    doubt: isDoubted ? 'no answer' : undefined,
    patience: patience ?? new Patience({ retryForMs, stop }),
    fault: first,
  };
}

/** The two halves of a group in which a message is refused, the second one first; none where that is found. */
function halves({ indexes }: Group, fault: SinkFault, refused: Map<number, SinkFault>): Group[] {
  if (indexes.length === 1) {
    refused.set(indexes[0], fault);
    return [];
  }
  const middle = indexes.length >> 1;
  return [{ indexes: indexes.slice(middle) }, { indexes: indexes.slice(0, middle) }];
}

/** The group when it is time to send it again. */
async function later(group: Group, error: unknown, options: DeliverOptions): Promise<Group> {
  const { retryForMs, stop, onRetry } = options;
  const { indexes, patience = new Patience({ retryForMs, stop }), notSafe = 0 } = group;
  if (!(error instanceof SinkFault) || error.fault !== 'world') throw error;
  const doubted = error.stored === 'maybe' ? indexes.length : 0;
  onRetry(error, doubted);
  // They are known to be stored: what is asked for is that they be safe.
  const tries = notSafe + (isNotSafe(error) ? 1 : 0);
  if (tries >= NOT_SAFE_TRIES) throw error;
  await patience.wait(error);
  const doubt = doubted > 0 && !isNotSafe(error) ? ('no answer' as const) : group.doubt;
  return { indexes, patience, notSafe: tries, doubt };
}
