import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @typedef {'client' | 'server'} Side */

/**
 * Stands between clients and a name server or broker, and passes whole frames on, as they are or changed.
 */
export class FrameRelay {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #server = createServer((client) => this.#join(client));
  /** @type {string} */
  #target;
  /** @type {(frame: Buffer, from: Side) => Buffer} */
  #pass;

  /**
   * @param {string} target `host:port` of the server
   * @param {(frame: Buffer, from: Side) => Buffer} pass what is passed on for a frame, its length included
   */
  static async open(target, pass) {
    const relay = new FrameRelay(target, pass);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  /**
   * @param {string} target
   * @param {(frame: Buffer, from: Side) => Buffer} pass
   */
  constructor(target, pass) {
    this.#target = target;
    this.#pass = pass;
  }

  /** `host:port`, for clients. */
  get address() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `127.0.0.1:${port}`;
  }

  async close() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** @param {import('node:net').Socket} client */
  #join(client) {
    const [host, port] = this.#target.split(':');
    const server = connect({ host, port: Number(port) });
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      // Nobody there, or a connection that is reset: the other end is to see it as well.
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.on(
      'data',
      wholeFrames((frame) => server.write(this.#pass(frame, 'client'))),
    );
    server.on(
      'data',
      wholeFrames((frame) => client.write(this.#pass(frame, 'server'))),
    );
  }
}

/**
 * @param {(frame: Buffer) => void} take
 * @returns {(piece: Buffer) => void}
 */
function wholeFrames(take) {
  let begun = Buffer.alloc(0);
  return (piece) => {
    begun = Buffer.concat([begun, piece]);
    while (begun.length >= 4 && begun.length >= 4 + begun.readUInt32BE(0)) {
      const end = 4 + begun.readUInt32BE(0);
      take(begun.subarray(0, end));
      begun = begun.subarray(end);
    }
  };
}

/**
 * A name server's routes, naming other addresses of brokers.
 * @param {() => Readonly<Record<string, string>>} addresses what stands there, and what shall stand there instead, as `host:port`
 * @returns {(frame: Buffer, from: Side) => Buffer}
 */
export function withOtherBrokers(addresses) {
  return (frame, from) => {
    if (from === 'client') return frame;
    // Headers hold no addresses of brokers. What is no text in a body stays as it is, byte by byte.
    let text = frame.toString('latin1');
    for (const [real, other] of Object.entries(addresses())) text = text.replaceAll(real, other);
    const changed = Buffer.from(text, 'latin1');
    changed.writeUInt32BE(changed.length - 4, 0);
    return changed;
  };
}
