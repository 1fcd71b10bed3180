/** A message on its way to a topic, in no transport's terms. */
export interface Message {
  /**
   * The record id: the same whenever the same record is sent again. Key and property of the message. A message of several
   * records has the id of the first, and the ids of all in a property beside.
   */
  readonly id: string;
  /** The user's key from `sink.keyFields` or `sink.key`. */
  readonly key?: string;
  readonly tag?: string;
  /** Names and values, beside the record id. */
  readonly properties?: readonly (readonly [name: string, value: string])[];
  /** When it is to be delivered, in milliseconds since 1970; only in topics of type DELAY. */
  readonly deliverAt?: number;
  readonly body: string | Uint8Array;
}

/** The property that carries the record id, so that consumers can drop duplicates. */
export const RECORD_ID_PROPERTY = 'rocketliftId';

/** The property of a message of many records that carries the ids of all, with a comma between two. */
export const RECORD_IDS_PROPERTY = 'rocketliftIds';
