import type { Message } from '../../job/message.js';
import type { StoreLength } from '../../job/report.js';
import { type EntryContext, toEntry } from '../entry.js';
import type { DirtyRecord } from '../record.js';
import type { DirtyStore } from '../store.js';
import { topicStoreFailed } from './faults.js';
import { entryMessage } from './message.js';

/** Sends messages to the topic of a store. */
export interface EntrySender {
  /**
   * Resolves when brokers have acknowledged all of them; some may be stored twice. Waits the world's faults out.
   * @throws Fault why not
   */
  send(messages: readonly Message[]): Promise<void>;
  /** Never throws and never hangs. */
  close(): Promise<void>;
}

export interface TopicStoreOptions {
  /** As servers know it. */
  readonly topic: string;
  readonly sender: EntrySender;
  /** What the partition has kept up to its watermark. */
  readonly from: StoreLength;
  /** Bytes of a record that are kept, at most. */
  readonly rawBytes: number;
  readonly context: EntryContext;
  /** Names of the source's columns, where it has a fixed set of them: a replay needs them. */
  readonly columns: readonly string[] | undefined;
}

/**
 * Dirty records as messages of a topic, in the order in which the watermark passes them. What an attempt has sent behind the last
 * watermark that was recorded can't be taken back: the next attempt finds the same records and sends them again under the same
 * ids, and whoever reads takes the first of each.
 */
export class TopicStore implements DirtyStore {
  readonly rawBytes: number;
  readonly #options: TopicStoreOptions;
  #length: StoreLength;
  #pending: Message[] = [];
  /** Bytes of bodies that were appended, and of those that brokers have. */
  #appended = 0;
  #safe = 0;
  #sending: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: TopicStoreOptions) {
    this.#options = options;
    this.rawBytes = options.rawBytes;
    this.#length = options.from;
  }

  /** Its unit is bytes of bodies, of messages that were sent again once. */
  get length(): StoreLength {
    return this.#length;
  }

  get pendingBytes(): number {
    return this.#appended - this.#safe;
  }

  append(records: readonly DirtyRecord[]): void {
    const { context, columns } = this.#options;
    const now = Date.now();
    for (const record of records) {
      const message = entryMessage(toEntry(record, context, now), columns);
      const bytes = Buffer.byteLength(message.body);
      this.#pending.push(message);
      this.#appended += bytes;
      this.#length = { entries: this.#length.entries + 1, length: this.#length.length + bytes };
    }
  }

  async flush(): Promise<void> {
    const wanted = this.#appended;
    while (this.#safe < wanted) {
      this.#sending ??= this.#send().finally(() => {
        this.#sending = undefined;
      });
      await this.#sending;
    }
  }

  async close(): Promise<void> {
    await this.#options.sender.close();
  }

  async #send(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { topic, sender } = this.#options;
    const behind = this.#appended;
    try {
      await sender.send(this.#pending.splice(0));
      this.#safe = behind;
    } catch (error) {
      this.#failure = topicStoreFailed(topic, error);
      throw this.#failure;
    }
  }
}
