import type { Layout } from '../producer.js';
import type { Route } from './route.js';

/** A queue that messages can be sent to. */
export interface Queue {
  readonly broker: string;
  readonly id: number;
}

const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;

/** How a broker has done lately. */
interface Health {
  failures: number;
  /** Until when its queues are left alone. */
  restsUntil: number;
}

/** The queues of a route that can be written to. */
export const layoutOf = (route: Route): Layout =>
  route
    .filter(({ masters, writableQueues }) => masters.length > 0 && writableQueues > 0)
    .map(({ name, writableQueues }) => ({ broker: name, queues: writableQueues }));

/** All of them, in the order of brokers and numbers. */
export const queuesOf = (layout: Layout): Queue[] =>
  layout.flatMap(({ broker, queues }) => Array.from({ length: queues }, (_, id) => ({ broker, id })));

/** Queues in turn, without those of brokers that have just failed: these rest for a while, longer and longer. */
export class QueueTurn {
  readonly #health = new Map<string, Health>();
  #queues: readonly Queue[] = [];
  #turn: number;

  constructor() {
    // Producers that start together should not all begin with the same queue.
    this.#turn = Math.floor(Math.random() * 2 ** 16);
  }

  set queues(queues: readonly Queue[]) {
    // One broker after the other in turn, instead of all queues of one first.
    this.#queues = queues.toSorted((a, b) => a.id - b.id);
  }

  /** @returns undefined where there is none at all; where all brokers rest, a queue of the one that has rested most */
  next(now = Date.now()): Queue | undefined {
    const count = this.#queues.length;
    let best: Queue | undefined;
    let bestRest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const queue = this.#queues[this.#turn++ % count];
      const rest = this.#health.get(queue.broker)?.restsUntil ?? 0;
      if (rest <= now) return queue;
      if (rest < bestRest) {
        best = queue;
        bestRest = rest;
      }
    }
    return best;
  }

  succeeded(broker: string): void {
    if (this.#health.size > 0) this.#health.delete(broker);
  }

  failed(broker: string, now = Date.now()): void {
    const failures = (this.#health.get(broker)?.failures ?? 0) + 1;
    const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(failures - 1, 16));
    this.#health.set(broker, { failures, restsUntil: now + rest });
  }
}
