import { setTimeout as delay } from 'node:timers/promises';
import { RECORD_ID_PROPERTY, RECORD_IDS_PROPERTY } from '../../job/message.js';
import { type FaultContext, SinkFault, sinkFault } from '../faults.js';
import { type Arrivals, CannotTell, type Doubt, type EncodedMessage } from '../producer.js';
import { type BatchItem, partsOf } from './encoder.js';
import { KeyIndex } from './key-index.js';
import { REQUEST } from './protocol.js';
import { isOfRocketMQ, RemotingError } from './remoting-error.js';
import { parseProperties, type StoredMessage } from './stored-message.js';
import type { TopicRoute } from './topic-route.js';

/**
 * How long a request that was cut off may still be on its way within a broker, in milliseconds: five times what a broker lets
 * one wait (`waitTimeMillsInSendQueue`).
 */
const ON_ITS_WAY_MS = 1000;
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

  async among(messages: readonly EncodedMessage[], after: Doubt): Promise<ReadonlySet<number>> {
    try {
      const indexes = await (after === 'crash' ? this.#indexesAfterCrash() : this.#indexes());
      const items = messages as readonly BatchItem[];
      const found = await Promise.all(items.map((item) => this.#hasArrived(item, indexes)));
      this.#unreachableSince = undefined;
      return new Set(found.flatMap((is, index) => (is ? [index] : [])));
    } catch (error) {
      throw this.#sortedOut(error);
    }
  }

  #indexesAfterCrash(): Promise<readonly KeyIndex[]> {
    this.#afterCrash ??= this.#indexes().catch((error: unknown) => {
      this.#afterCrash = undefined;
      throw error;
    });
    return this.#afterCrash;
  }

  /** The indexes of all brokers that have the topic, when they hold everything that was sent before. */
  async #indexes(): Promise<readonly KeyIndex[]> {
    const { route, context } = this.#options;
    await route.refresh().catch((error: unknown) => {
      // Brokers that are known can be asked without name servers.
      if (!(error instanceof RemotingError) || route.route.length === 0) throw error;
    });
    // What it took before it went will be there again when it is back.
    if (route.gone !== undefined) throw new RemotingError('unreachable', `broker ${route.gone} is gone`);
    // One that hung takes what lies before it when it goes on: the time counts from when it answers, be it with a refusal.
    const question = { code: REQUEST.getMaxOffset, fields: { topic: context.topic, queueId: 0 } };
    await Promise.all(route.route.map(({ name }) => route.ask(name, question)));
    await delay(ON_ITS_WAY_MS);
    const indexes = route.route.map(
      ({ name, readableQueues, writableQueues }) =>
        new KeyIndex({
          topic: context.topic,
          ask: (request) => route.ask(name, request),
          queues: Math.max(readableQueues, writableQueues),
        }),
    );
    await Promise.all(indexes.map((index) => index.upToDate()));
    return indexes;
  }

  async #hasArrived(item: BatchItem, indexes: readonly KeyIndex[]): Promise<boolean> {
    const own = parseProperties(partsOf(item).properties);
    const found = await Promise.all(indexes.map((index) => index.find(own[RECORD_ID_PROPERTY])));
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
