import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where a connection is cut: when half of what the client sends next has passed, or when the server answers next. */
export type Cut = 'within a request' | 'before an answer';

/** Passes bytes on between clients and a server, and cuts connections at places that hurt. */
export class Relay {
  readonly #sockets = new Set<Socket>();
  readonly #silent = new WeakSet<Socket>();
  readonly #server = createServer((client) => this.#join(client));
  readonly #target: { readonly host: string; readonly port: number };
  #next: Cut | undefined;
  #cuts = 0;

  /** @param target `host:port` of the server */
  static async open(target: string): Promise<Relay> {
    const relay = new Relay(target);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  private constructor(target: string) {
    const [host, port] = target.split(':');
    this.#target = { host, port: Number(port) };
  }

  /** `host:port`, for clients. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lets nothing more pass on the connections that there are, without a word to either end; new ones are as they should be. */
  silence(): void {
    for (const socket of this.#sockets) this.#silent.add(socket);
  }

  /** Connections that were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Cuts the connection that comes to such a place next. */
  cutNext(where: Cut): void {
    this.#next = where;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket): void {
    const server = connect(this.#target);
    const ends = [client, server];
    const end = () => {
      for (const socket of ends) socket.destroy();
    };
    for (const socket of ends) {
      this.#sockets.add(socket);
      // Nobody there, or a connection that is reset: the other end is to see it as well.
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      if (this.#silent.has(client)) return;
      if (bytes.length < REQUEST_BYTES || !this.#take('within a request')) server.write(bytes);
      else server.write(bytes.subarray(0, bytes.length >> 1), end);
    });
    server.on('data', (bytes) => {
      if (this.#silent.has(server)) return;
      if (bytes.length >= ANSWER_BYTES && this.#take('before an answer')) end();
      else client.write(bytes);
    });
  }

  #take(where: Cut): boolean {
    if (this.#next !== where) return false;
    this.#next = undefined;
    this.#cuts++;
    return true;
  }
}

/** Requests with messages and their answers are longer than the frames with which HTTP/2 keeps a connection. */
const REQUEST_BYTES = 1000;
const ANSWER_BYTES = 60;
