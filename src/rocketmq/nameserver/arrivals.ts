import { setTimeout as delay } from 'node:timers/promises';
import { RECORD_ID_PROPERTY, RECORD_IDS_PROPERTY } from '../../job/message.js';
import { type FaultContext, SinkFault, sinkFault } from '../faults.js';
import { type Arrivals, CannotTell, type Doubt, type EncodedMessage } from '../producer.js';
import { type BatchItem, partsOf } from './encoder.js';
import { KeyIndex } from './key-index.js';
import { permissionRequest } from './producer.js';
import { ANSWER } from './protocol.js';
import { isOfRocketMQ, RefusedError, RemotingError } from './remoting-error.js';
import { parseProperties, type StoredMessage } from './stored-message.js';
import type { TopicRoute } from './topic-route.js';

/**
 * How long a request that was cut off may still be on its way within a broker, in milliseconds: five times what a broker lets
 * one wait (`waitTimeMillsInSendQueue`), and more than what it may be busy with one before it refuses others
 * (`osPageCacheBusyTimeOutMills`).
 */
const ON_ITS_WAY_MS = 1100;
/** How long a broker that can't be reached is waited for, in milliseconds. */
const REACHED_WITHIN_MS = 60_000;

export interface ArrivalsOptions {
  readonly route: TopicRoute;
  readonly context: FaultContext;
  /** What the ids of the run's messages begin with. */
  readonly mark: string;
}

/** Asks brokers by key which messages of a run they hold. */
export class NameserverArrivals implements Arrivals {
  readonly #options: ArrivalsOptions;
  /** What an attempt before this one sent has arrived once this has resolved. */
  #afterCrash: Promise<readonly KeyIndex[]> | undefined;
  #unreachableSince: number | undefined;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  async among(
    messages: readonly EncodedMessage[],
    after: Doubt,
    stop: AbortSignal,
  ): Promise<ReadonlySet<number>> {
    try {
      const indexes = await (after === 'crash' ? this.#indexesAfterCrash(stop) : this.#indexes(stop));
      const items = messages as readonly BatchItem[];
      const found = await Promise.all(items.map((item) => this.#hasArrived(item, indexes)));
      this.#unreachableSince = undefined;
      return new Set(found.flatMap((is, index) => (is ? [index] : [])));
    } catch (error) {
      throw this.#sortedOut(error);
    }
  }

  #indexesAfterCrash(stop: AbortSignal): Promise<readonly KeyIndex[]> {
    this.#afterCrash ??= this.#indexes(stop).catch((error: unknown) => {
      this.#afterCrash = undefined;
      throw error;
    });
    return this.#afterCrash;
  }

  /** The indexes of all brokers that have the topic, when they hold everything that was sent before. */
  async #indexes(stop: AbortSignal): Promise<readonly KeyIndex[]> {
    const { route, context } = this.#options;
    await route.refresh().catch((error: unknown) => {
      // Brokers that are known can be asked without name servers.
      if (!(error instanceof RemotingError) || route.route.length === 0) throw error;
    });
    // What it took before it went will be there again when it is back.
    if (route.gone !== undefined) throw new RemotingError('unreachable', `broker ${route.gone} is gone`);
    const names = route.route.map(({ name }) => name);
    // One that hung takes what lies before it when it goes on: the time counts from when it answers.
    await Promise.all(names.map((name) => this.#takesRequests(name)));
    await delay(ON_ITS_WAY_MS, undefined, { signal: stop });
    // One that hangs within its log, with a request in hand that it may still store, refuses all others from a second on.
    await Promise.all(names.map((name) => this.#takesRequests(name)));
    const indexes = route.route.map(({ name, readableQueues, writableQueues }) => {
      if (readableQueues < writableQueues)
        throw new CannotTell(`broker ${name} has queues that can't be read`);
      return new KeyIndex({
        topic: context.topic,
        ask: (request) => route.ask(name, request),
        queues: readableQueues,
      });
    });
    await Promise.all(indexes.map((index) => index.upToDate(stop)));
    return indexes;
  }

  /** @throws RefusedError where it has too much to do, RemotingError where there is no answer */
  async #takesRequests(broker: string): Promise<void> {
    const { route, context } = this.#options;
    const { code, remark } = await route.ask(broker, permissionRequest(context.topic));
    if (code === ANSWER.systemBusy || code === ANSWER.flowControl) throw new RefusedError(code, remark);
  }

  async #hasArrived(item: BatchItem, indexes: readonly KeyIndex[]): Promise<boolean> {
    const own = parseProperties(partsOf(item).properties);
    const { length } = item.bytes;
    const found = await Promise.all(indexes.map((index) => index.find(own[RECORD_ID_PROPERTY], length)));
    return found.flat().some((stored) => this.#isSame(own, stored));
  }

  /** Whether it is the same message of the same run: another run over the same input has the same records. */
  #isSame(own: StoredMessage['properties'], { properties }: StoredMessage): boolean {
    return (
      (properties.UNIQ_KEY ?? '').startsWith(this.#options.mark) &&
      properties[RECORD_ID_PROPERTY] === own[RECORD_ID_PROPERTY] &&
      properties[RECORD_IDS_PROPERTY] === own[RECORD_IDS_PROPERTY]
    );
  }

  #sortedOut(error: unknown): unknown {
    if (!isOfRocketMQ(error)) return error;
    const isUnreachable = error instanceof RemotingError;
    const now = Date.now();
    if (isUnreachable) this.#unreachableSince ??= now;
    if (isUnreachable && now - (this.#unreachableSince ?? now) > REACHED_WITHIN_MS) {
      return new CannotTell('a broker of the topic can not be reached');
    }
    const fault = sinkFault(error, this.#options.context);
    return fault.fault === 'record'
      ? new SinkFault(fault.code, 'world', 'no', fault.message, fault.mend)
      : fault;
  }
}
