import type { Socket } from 'node:net';
import type { Credentials } from '../credentials.js';
import { type Frame, FrameReader, frameHead, isAnswer, wantsNoAnswer } from './frame.js';
import { ANSWER, type RequestCode } from './protocol.js';
import { RemotingError } from './remoting-error.js';
import { signed } from './signature.js';
import { openSocket, reasonOf, type SocketOptions } from './socket.js';
import { Unanswered } from './unanswered.js';

export interface Request {
  readonly code: RequestCode;
  /** @default none */
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  /** Written one part behind the other. @default empty */
  readonly body?: readonly Uint8Array[];
}

export interface Answer {
  /** See `ANSWER`; 0 is success. */
  readonly code: number;
  readonly remark: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ConnectOptions extends SocketOptions {
  /** How long connecting may take, and any request, in milliseconds. */
  readonly timeoutMs: number;
  /** Who asks. @default nobody in particular */
  readonly credentials?: Credentials | undefined;
}

/** How often requests are looked at for being overdue, in milliseconds. */
const SWEEP_MS = 250;
/** What is written at once is copied into one piece up to so many bytes. */
const COPIED_BYTES = 64 * 1024;
/** Opaques are Java's int. */
const OPAQUE_END = 2 ** 31;

/** A connection to a name server or a broker. Requests are pipelined: answers come in any order. */
export class RemotingConnection {
  readonly address: string;
  readonly #socket: Socket;
  readonly #options: ConnectOptions;
  readonly #reader = new FrameReader();
  readonly #unanswered: Unanswered<Answer>;
  /** What is to be written at the end of this turn. */
  readonly #unsent: Uint8Array[] = [];
  readonly #sweep: NodeJS.Timeout;
  #opaque = 0;
  #end: RemotingError | undefined;

  private constructor(address: string, socket: Socket, options: ConnectOptions) {
    this.address = address;
    this.#socket = socket;
    this.#options = options;
    this.#unanswered = new Unanswered(options.timeoutMs);
    let cause: Error | undefined;
    socket.on('data', (piece) => this.#take(piece));
    socket.on('error', (error) => {
      cause = error;
    });
    socket.on('close', () => this.#endWith(this.#lost(cause)));
    this.#sweep = setInterval(() => this.#endOverdue(), SWEEP_MS);
    this.#sweep.unref();
  }

  /** @throws RemotingError `unreachable`: see {@link openSocket} */
  static open(address: string, options: ConnectOptions): Promise<RemotingConnection> {
    return openSocket(address, options, (socket) => new RemotingConnection(address, socket, options));
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /**
   * @returns whatever is answered, also a refusal
   * @throws RemotingError where nothing is
   */
  ask({ code, fields = {}, body = [] }: Request): Promise<Answer> {
    if (this.#end) return Promise.reject(unsent(this.#end));
    const texts: Record<string, string> = {};
    for (const name in fields) texts[name] = String(fields[name]);
    const { credentials } = this.#options;
    const extFields = credentials ? signed(texts, body, credentials) : texts;
    const opaque = this.#opaque;
    this.#opaque = (opaque + 1) % OPAQUE_END;
    const answer = this.#unanswered.add(opaque);
    this.#write({ code, opaque, flag: 0, extFields }, body);
    return answer;
  }

  /** Ends it; requests that are under way are lost. */
  close(): void {
    this.#endWith(new RemotingError('lost', `the connection to ${this.address} was closed`));
    this.#socket.destroy();
  }

  #write(header: Frame['header'], body: readonly Uint8Array[]): void {
    let bodyBytes = 0;
    for (const part of body) bodyBytes += part.length;
    if (this.#unsent.length === 0) process.nextTick(() => this.#send());
    this.#unsent.push(frameHead(header, bodyBytes), ...body);
  }

  /** Hands over what was asked in this turn of the event loop, by one system call. */
  #send(): void {
    const parts = this.#unsent.splice(0);
    const left = this.#unanswered.leaving();
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    // To copy little is cheaper than to hand over many parts.
    if (bytes <= COPIED_BYTES) {
      this.#socket.write(Buffer.concat(parts), left);
      return;
    }
    this.#socket.cork();
    const last = parts.length - 1;
    for (const [index, part] of parts.entries()) this.#socket.write(part, index === last ? left : undefined);
    this.#socket.uncork();
  }

  #take(piece: Buffer): void {
    this.#unanswered.heard();
    try {
      for (const frame of this.#reader.take(piece)) this.#handle(frame);
    } catch (error) {
      if (!(error instanceof RemotingError)) throw error;
      // Where the next frame begins is not known any more.
      this.#endWith(new RemotingError('not_a_frame', `${this.address}: ${error.message}`));
      this.#socket.destroy();
    }
  }

  #handle({ header, body }: Frame): void {
    if (!isAnswer(header)) {
      // A server may ask its clients something, such as what became of a transaction; there is nothing to tell.
      if (wantsNoAnswer(header)) return;
      this.#write({ code: ANSWER.notSupported, opaque: header.opaque, flag: 1 }, []);
      return;
    }
    const { code } = header;
    const remark = header.remark ?? '';
    this.#unanswered.settle(header.opaque, {
      code: isRefusedByAcl1(code, remark) ? ANSWER.noPermission : code,
      remark,
      fields: header.extFields ?? {},
      body,
    });
  }

  #endOverdue(): void {
    if (!this.#unanswered.rejectOverdue(() => this.#late())) return;
    // A connection may be gone without a word.
    this.#endWith(this.#late());
    this.#socket.destroy();
  }

  #late(): RemotingError {
    const { timeoutMs } = this.#options;
    return new RemotingError('timeout', `no answer from ${this.address} within ${timeoutMs} ms`);
  }

  #lost(cause: Error | undefined): RemotingError {
    const how = this.#reader.isWithinFrame ? ' in the middle of an answer' : '';
    const why = cause ? `: ${reasonOf(cause)}` : '';
    // Where it has answered before, both sides had agreed: an error of TLS does not say then that nothing was stored.
    return new RemotingError('lost', `the connection to ${this.address} ended${how}${why}`, {
      ...(!this.#unanswered.hasHeard && { cause }),
    });
  }

  #endWith(error: RemotingError): void {
    if (this.#end) return;
    this.#end = error;
    clearInterval(this.#sweep);
    this.#unanswered.rejectAll(error);
  }
}

/** ACL 1.0 (4.4 to 5.3) refuses by an exception, and the broker passes that on as a failure of its own. */
const isRefusedByAcl1 = (code: number, remark: string) =>
  code === ANSWER.systemError && /\bAclException\b/.test(remark);

const unsent = ({ message, cause }: RemotingError) => new RemotingError('unreachable', message, { cause });
