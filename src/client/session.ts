import type { Client, Connection } from '@temporalio/client';

/** A connection to Temporal and what is said on it. */
export interface Session {
  readonly client: Client;
  /** The same for lists, of which one entry that can't be read here must not hide the others. */
  readonly lists: Client;
  readonly connection: Connection;
  /** Host and port, for messages and links. */
  readonly address: string;
  readonly namespace: string;
  /** The task queue that runs are started on. */
  readonly taskQueue: string;
  /** Whether what is sent is encrypted. */
  readonly encrypts: boolean;
}
