/** A message on its way to a topic, in no transport's terms. */
export interface Message {
  /** The record id: the same whenever the same record is sent again. Key and property of the message. */
  readonly id: string;
  /** The user's key from `sink.keyFields`. */
  readonly key?: string;
  readonly body: string | Uint8Array;
}

/** The property that carries the record id, so that consumers can drop duplicates. */
export const RECORD_ID_PROPERTY = 'rocketliftId';
