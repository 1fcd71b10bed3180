import { type Answer, type ConnectOptions, RemotingConnection, type Request } from './connection.js';
import { REQUEST } from './protocol.js';
import { RemotingError } from './remoting-error.js';

/** How often servers are told that the client is there, in milliseconds: brokers close what is silent for two minutes. */
const HEARTBEAT_MS = 30_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

interface Peer {
  connecting?: Promise<RemotingConnection> | undefined;
  connection?: RemotingConnection | undefined;
  /** Attempts to connect that failed, one after the other. */
  failures: number;
  /** What the last of them said, and until when it is not tried again. */
  failed?: { readonly error: RemotingError; readonly until: number } | undefined;
}

export interface ConnectionsOptions extends ConnectOptions {
  /** Name of the client in the servers' lists. */
  readonly clientId: string;
  readonly producerGroup: string;
}

/** One connection for each server that is spoken to, made when it is needed and made again when it broke. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #heartbeats: NodeJS.Timeout;
  #closed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#heartbeats = setInterval(() => this.#sendHeartbeats(), HEARTBEAT_MS);
    this.#heartbeats.unref();
  }

  /**
   * @param address `host:port`
   * @throws RemotingError where there is no answer; at once where connecting has just failed
   */
  async ask(address: string, request: Request): Promise<Answer> {
    const open = this.#peers.get(address)?.connection;
    const connection = open?.isOpen ? open : await this.#connect(address);
    return await connection.ask(request);
  }

  /** Ends the connection to a server, where it can't be trusted any more; it is made anew when it is needed. */
  drop(address: string): void {
    this.#peers.get(address)?.connection?.close();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeats);
    for (const { connection } of this.#peers.values()) connection?.close();
  }

  async #connect(address: string): Promise<RemotingConnection> {
    let peer = this.#peers.get(address);
    if (!peer) {
      peer = { failures: 0 };
      this.#peers.set(address, peer);
    }
    const { failed } = peer;
    if (failed && Date.now() < failed.until) throw failed.error;
    peer.connecting ??= this.#open(address, peer).finally(() => {
      peer.connecting = undefined;
    });
    return await peer.connecting;
  }

  async #open(address: string, peer: Peer): Promise<RemotingConnection> {
    if (this.#closed) throw new RemotingError('unreachable', 'the connections are closed');
    try {
      const connection = await RemotingConnection.open(address, this.#options);
      if (this.#closed) {
        connection.close();
        throw new RemotingError('unreachable', 'the connections are closed');
      }
      peer.connection = connection;
      peer.failures = 0;
      peer.failed = undefined;
      return connection;
    } catch (error) {
      if (error instanceof RemotingError) {
        const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(peer.failures++, 16));
        peer.failed = { error, until: Date.now() + pause };
      }
      throw error;
    }
  }

  #sendHeartbeats(): void {
    const { clientId, producerGroup } = this.#options;
    const heartbeat = {
      clientID: clientId,
      producerDataSet: [{ groupName: producerGroup }],
      consumerDataSet: [],
    };
    const body = [Buffer.from(JSON.stringify(heartbeat))];
    for (const { connection } of this.#peers.values()) {
      // One that fails has ended its connection, or is told by the requests that do.
      if (connection?.isOpen) connection.ask({ code: REQUEST.heartbeat, body }).catch(() => {});
    }
  }
}
