import type { RemotingError } from './remoting-error.js';

/** Times that a request may take as long as any may, while others are answered: a narrow line has many answers late. */
const PATIENCE = 3;

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: RemotingError) => void;
  /** When it was asked; once it has left this process, when it did. */
  sentAt: number;
  hasLeft: boolean;
}

/** The requests of a connection that have no answer yet, and when they have waited too long. */
export class Unanswered<Answer> {
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  /** Those that were asked since requests left last. */
  #leaving: Waiting<Answer>[] = [];
  #heardAt = 0;
  #leftAt = 0;

  /** @param timeoutMs how long a request may wait while nothing moves, in milliseconds */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether anything has come yet. */
  get hasHeard(): boolean {
    return this.#heardAt > 0;
  }

  /** @returns settles with its answer, or with why there is none */
  add(opaque: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = { resolve, reject, sentAt: Date.now(), hasLeft: false };
      this.#waiting.set(opaque, waiting);
      this.#leaving.push(waiting);
    });
  }

  /** @returns to be called when all that was added before has been handed to the network */
  leaving(): () => void {
    const leaving = this.#leaving;
    this.#leaving = [];
    return () => {
      this.#leftAt = Date.now();
      for (const waiting of leaving) {
        waiting.sentAt = this.#leftAt;
        waiting.hasLeft = true;
      }
    };
  }

  /** Something has come, be it a part of an answer. */
  heard(): void {
    this.#heardAt = Date.now();
  }

  /** An answer that nobody waits for came too late. */
  settle(opaque: number, answer: Answer): void {
    const waiting = this.#waiting.get(opaque);
    this.#waiting.delete(opaque);
    waiting?.resolve(answer);
  }

  /**
   * Rejects what has waited too long.
   * @returns whether the connection is dead, as nothing has moved on it at all
   */
  rejectOverdue(late: () => RemotingError): boolean {
    const now = Date.now();
    let isDead = false;
    for (const [opaque, { sentAt, hasLeft, reject }] of this.#waiting) {
      // As long as something moves, what waits behind it is not overdue, and nor is what the other side is at.
      const movedAt = Math.max(sentAt, this.#heardAt, hasLeft ? 0 : this.#leftAt);
      if (now - movedAt < this.#timeoutMs && now - sentAt < PATIENCE * this.#timeoutMs) continue;
      this.#waiting.delete(opaque);
      // What has not left must not leave any more once it is sent again.
      isDead ||= !hasLeft || this.#heardAt < sentAt;
      reject(late());
    }
    return isDead;
  }

  rejectAll(error: RemotingError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
