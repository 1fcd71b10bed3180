import { setTimeout as delay } from 'node:timers/promises';
import { CannotTell } from '../producer.js';
import type { Answer, Request } from './connection.js';
import { dispatched } from './dispatched.js';
import { ANSWER, REQUEST, type RequestCode, TOOLS_GROUP } from './protocol.js';
import { RefusedError } from './remoting-error.js';
import { mostOfAKey, type StoredMessage, storedMessages } from './stored-message.js';

/** How often it is looked again whether a broker's index has come further, in milliseconds. */
const LOOK_MS = 20;
/** How long it may take to come as far as the log, in milliseconds. */
const UP_TO_DATE_WITHIN_MS = 60_000;
/** Java's `Long.MAX_VALUE`. */
const END_OF_TIME = '9223372036854775807';
const ID_PROPERTY = 'UNIQ_KEY';

/** What has to be passed on to ask a broker about a topic. */
export interface KeyIndexOptions {
  readonly topic: string;
  /** Asks the broker's master. */
  readonly ask: (request: Request) => Promise<Answer>;
  /** Queues that the topic has there. */
  readonly queues: number;
}

/**
 * Finds messages of a topic on one broker by their keys. Brokers acknowledge a message before its keys are in their index:
 * ask {@link upToDate} first.
 */
export class KeyIndex {
  readonly #options: KeyIndexOptions;
  /** Where the first message of each queue that has some begins in the broker's log. */
  readonly #first = new Map<number, number>();

  constructor(options: KeyIndexOptions) {
    this.#options = options;
  }

  /**
   * Waits until the index holds every message of the topic that the broker has taken before now.
   * @throws CannotTell if it does not get there, or the account may not see it; RemotingError, RefusedError; what `stop` aborts with
   */
  async upToDate(stop: AbortSignal): Promise<void> {
    const deadline = Date.now() + UP_TO_DATE_WITHIN_MS;
    // Where the account may not know how far the broker is, what is visible already counts.
    await dispatched(this.#options.ask, () => lookAgain(deadline, stop));
    let last: StoredMessage | undefined;
    for (let queue = 0; queue < this.#options.queues; queue++) {
      const end = await this.#offset(REQUEST.getMaxOffset, queue);
      const start = await this.#offset(REQUEST.getMinOffset, queue);
      if (end <= start) continue;
      this.#first.set(queue, (await this.#messageAt(queue, start)).physicalOffset);
      const newest = await this.#messageAt(queue, end - 1);
      if (!last || newest.physicalOffset > last.physicalOffset) last = newest;
    }
    // The broker makes messages visible, and puts them into its index, in the order of its log.
    while (last && !(await this.#isIndexed(last))) await lookAgain(deadline, stop);
  }

  /**
   * The messages of a key that stand in the topic. The index has those of a topic of the same name as well that
   * was deleted: they lie before the first message of their queue.
   * @param bytes length of the message that is looked for
   */
  async find(key: string, bytes: number): Promise<readonly StoredMessage[]> {
    const answer = await this.#query(key, mostOfAKey(bytes));
    if (answer.code !== ANSWER.ok) return [];
    return [...storedMessages(answer.body)].filter(({ queueId, physicalOffset }) => {
      const first = this.#first.get(queueId);
      return first !== undefined && physicalOffset >= first;
    });
  }

  /** Every message has a key, as brokers give an id to those that have none. */
  async #isIndexed({ physicalOffset, properties }: StoredMessage): Promise<boolean> {
    const { fields } = await this.#query(properties[ID_PROPERTY] ?? '', 1);
    return Number(fields.indexLastUpdatePhyoffset) >= physicalOffset;
  }

  async #query(key: string, maxNum: number): Promise<Answer> {
    const fields = { key, maxNum, beginTimestamp: 0, endTimestamp: END_OF_TIME };
    return await this.#ask(REQUEST.queryMessage, fields, [ANSWER.ok, ANSWER.queryNotFound]);
  }

  async #offset(code: RequestCode, queueId: number): Promise<number> {
    const { fields } = await this.#ask(code, { queueId });
    return Number(fields.offset);
  }

  async #messageAt(queueId: number, offset: number): Promise<StoredMessage> {
    const { body } = await this.#ask(REQUEST.pullMessage, {
      consumerGroup: TOOLS_GROUP,
      queueId,
      queueOffset: offset,
      maxMsgNums: 1,
      // That a subscription comes along, and nothing is committed or waited for.
      sysFlag: 4,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subscription: '*',
      subVersion: 0,
    });
    const [message] = storedMessages(body);
    return message;
  }

  async #ask(
    code: RequestCode,
    fields: Readonly<Record<string, string | number | boolean>>,
    taken: readonly number[] = [ANSWER.ok],
  ): Promise<Answer> {
    const { topic, ask } = this.#options;
    const answer = await ask({ code, fields: { topic, ...fields } });
    if (taken.includes(answer.code)) return answer;
    if (answer.code === ANSWER.noPermission) {
      throw new CannotTell('the account may not look into the topic');
    }
    if (answer.code === ANSWER.groupNotExist) {
      throw new CannotTell(`the broker has no consumer group ${TOOLS_GROUP}`);
    }
    throw new RefusedError(answer.code, answer.remark);
  }
}

async function lookAgain(deadline: number, signal: AbortSignal): Promise<void> {
  if (Date.now() > deadline) {
    throw new CannotTell('the broker does not keep its index of keys up to date (messageIndexEnable)');
  }
  await delay(LOOK_MS, undefined, { signal });
}
