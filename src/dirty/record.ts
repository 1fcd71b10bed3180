import type { Position } from '../job/report.js';

/** Where on its way a record failed: when it was taken apart, made into a message, or sent. */
export type DirtyStage = 'parse' | 'convert' | 'send';

/** A record that can't become a message, with all that helps to mend it. */
export interface DirtyRecord {
  /** The record id that its message would have carried. */
  readonly id: string;
  /** Name of the input. */
  readonly input: string;
  /** Where it stands, for a person: `orders.csv byte 1048576`. */
  readonly place: string;
  /** Reading on from here comes to it first. */
  readonly position: Position;
  readonly partition: number;
  readonly stage: DirtyStage;
  /** Stable, for scripts, such as `not_integer`. */
  readonly code: string;
  /** A sentence for a human. Holds no value of the record. */
  readonly message: string;
  /** Its bytes as they stand in the input, or their beginning; none where the store keeps none. */
  readonly raw: Uint8Array;
  /** How many bytes it has in the input. */
  readonly bytes: number;
  /** Of a record that is replayed: the encoding of its bytes, and what its first source needs to read it again. */
  readonly origin?: { readonly encoding: string; readonly source?: unknown };
}
