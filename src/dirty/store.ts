import type { Position } from '../job/report.js';

/** A record that can't become a message, with all that helps to mend it. */
export interface DirtyRecord {
  /** Name of the input. */
  readonly input: string;
  /** Where it stands, for a person: `orders.csv byte 1048576`. */
  readonly place: string;
  /** Where reading goes on behind it. */
  readonly positionAfter: Position;
  readonly id: string;
  readonly partition: number;
  /** Where on its way it failed. */
  readonly stage: 'read' | 'convert' | 'send';
  readonly code: string;
  readonly message: string;
  /** Its bytes as they stand in the input, or their start. Called only by stores that keep them. */
  raw(): Uint8Array;
}

/** Where dirty records go. The watermark passes a record only after `settle` has resolved. */
export interface DirtyStore {
  add(record: DirtyRecord): void;
  /** Resolves when all that was added is as safe as the store makes it. */
  settle(): Promise<void>;
}
