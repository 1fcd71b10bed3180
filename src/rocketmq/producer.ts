import type { Message } from '../job/message.js';
import type { SinkFault, Stage } from './faults.js';

/** A message as it stands in a request. */
export interface EncodedMessage {
  readonly bytes: Uint8Array;
  /** Length of the body alone. */
  readonly bodyBytes: number;
  /** Length of its own properties, tag and keys together, which the broker limits. */
  readonly propertyBytes: number;
  /** Messages of different forms can't share a request. @default the same for all */
  readonly form?: string | undefined;
  /** Messages of a lane keep their order: one request of it after the other. @default none, they arrive in any order */
  readonly lane?: number | undefined;
}

/** Why messages may have arrived: an attempt before this one crashed, or a request had no answer. */
export type Doubt = 'crash' | 'no answer';

/** Says why a broker can't be asked what has arrived, in a sentence without its end. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
}

/** What has arrived of a run's messages, as brokers say. */
export interface Arrivals {
  /**
   * Indexes of those messages that this run has stored. What was sent before the question counts, and is awaited where it
   * may still be on its way.
   * @param stop ends the waiting
   * @throws CannotTell for good; SinkFault for now; an AbortError where `stop` came first
   */
  among(messages: readonly EncodedMessage[], after: Doubt, stop: AbortSignal): Promise<ReadonlySet<number>>;
}

/** Some messages of a request that the broker did not take, when it took the others. */
export interface Refusal {
  /** Index of the message in the request. */
  readonly index: number;
  readonly fault: SinkFault;
}

/** What came of a request of which at least something was taken. */
export interface Outcome {
  /** Mostly none. */
  readonly refusals: readonly Refusal[];
  /** Messages that the broker stored, but could not flush or replicate in time. */
  readonly storedOnly: number;
}

/** Sends messages to one topic. Neither retries nor waits: that is the pipeline's affair. */
export interface Producer {
  /** The largest body that the broker takes, in bytes. */
  readonly maxBodyBytes: number;
  /** The most `propertyBytes` that the broker takes. */
  readonly maxPropertyBytes: number;
  /** Encoded bytes of messages that a request may have, at most; without a limit where a request is refused for it and halved. */
  readonly maxRequestBytes: number;
  /** Messages that a request may have, at most. */
  readonly maxMessages: number;
  /** Whether its messages have lanes. @default false */
  readonly isOrdered?: boolean | undefined;
  /** The message in the transport's own encoding; it stays as it is until the message is acknowledged. */
  encode(message: Message): EncodedMessage;
  /**
   * Sends messages in one request, one attempt.
   * @returns all messages are stored but for those that are refused
   * @throws SinkFault if none is known to be acknowledged
   */
  send(messages: readonly EncodedMessage[]): Promise<Outcome>;
  /** Where brokers can be asked what has arrived. */
  readonly arrivals?: Arrivals | undefined;
  /** Ends the connection. Never throws and never hangs. */
  close(): Promise<void>;
}

/** How many queues of a topic each broker has that can be written to, in the order of their names. */
export type Layout = readonly { readonly broker: string; readonly queues: number }[];

/** Queues of a topic on one broker, by what they may be used for. */
export interface BrokerQueues {
  readonly name: string;
  readonly readableQueues: number;
  readonly writableQueues: number;
}

/** What a check tells of a topic, as the servers say it. */
export interface TopicDescription {
  /** Which queues those are, where brokers are known. */
  readonly layout?: Layout;
  /** Queues that can be written to, on all brokers. */
  readonly writableQueues: number;
  readonly brokers: readonly BrokerQueues[];
  /** The type of messages that it is for, NORMAL …; absent where it has none or nobody tells. */
  readonly type?: string;
  /** The largest message that is taken, in bytes; absent where nobody tells. */
  readonly maxMessageBytes?: number;
}

export interface OpenOptions {
  /** A missing topic ends a check at once; a write waits for it, as for any of the world's faults. */
  readonly stage: Stage;
  /** How long to wait for the world, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The run that sends, by which its messages can be told from those of others. @default none in particular */
  readonly run?: string;
  /**
   * The queues that there were when the run began. Keys are given to those, for messages in order, and what is missing of them is waited
   * for; and a broker of them that is away may hold what was sent before.
   * @default those that there are
   */
  readonly layout?: Layout | undefined;
  /** Told of every fault that is waited out. */
  readonly onWaiting?: (fault: SinkFault) => void;
}

/** A way to reach RocketMQ. */
export interface Transport {
  /**
   * Reaches the servers and finds the topic.
   * @throws SinkFault the user's if topic or permission are missing, the world's if time is up
   */
  open(options: OpenOptions): Promise<{ producer: Producer; topic: TopicDescription }>;
}
