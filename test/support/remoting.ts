import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Account } from '../../src/dev/accounts.js';
import { signed } from '../../src/dev/remoting.js';

/**
 * A few words of RocketMQ's remoting protocol, so that tests ask the broker itself what it holds, by another way than
 * the one that wrote it. Frame: length, header length, JSON header, body; a response has the request's `opaque`.
 */
export const REQUEST = { sendV1: 10, pull: 11, maxOffset: 30, minOffset: 31 } as const;

export interface Answer {
  readonly code: number;
  readonly remark?: string;
  readonly extFields?: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export class RemotingConnection {
  readonly #socket: Socket;
  readonly #account: Account | undefined;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  #opaque = 1;
  #received: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, account: Account | undefined) {
    this.#socket = socket;
    this.#account = account;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the broker closed the connection'));
    });
    socket.on('error', (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  /** @param account who asks, where the broker has access control */
  static async open(address: string, account?: Account): Promise<RemotingConnection> {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    return new RemotingConnection(socket, account);
  }

  ask(
    code: number,
    extFields: Record<string, string | number>,
    body: Uint8Array = Buffer.alloc(0),
  ): Promise<Answer> {
    const opaque = this.#opaque++;
    const texts = Object.fromEntries(Object.entries(extFields).map(([name, value]) => [name, String(value)]));
    const fields = this.#account ? signed(texts, body, this.#account) : texts;
    const header = Buffer.from(
      JSON.stringify({ code, language: 'OTHER', version: 1, opaque, flag: 0, extFields: fields }),
    );
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(4 + header.length + body.length, 0);
    lengths.writeUInt32BE(header.length, 4);
    return new Promise((resolve, reject) => {
      this.#waiting.set(opaque, { resolve, reject });
      this.#socket.write(Buffer.concat([lengths, header, body]));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const length = this.#received.readUInt32BE(0);
      if (this.#received.length < 4 + length) return;
      const frame = this.#received.subarray(4, 4 + length);
      this.#received = this.#received.subarray(4 + length);
      const headerLength = frame.readUInt32BE(0) & 0xffffff;
      const header = JSON.parse(frame.subarray(4, 4 + headerLength).toString());
      this.#waiting.get(header.opaque)?.resolve({ ...header, body: frame.subarray(4 + headerLength) });
      this.#waiting.delete(header.opaque);
    }
  }
}
