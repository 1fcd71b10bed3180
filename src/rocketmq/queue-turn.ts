const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;

/** What is to be known of a queue. */
export interface QueueTraits<Queue> {
  /** The place that requests for it go to: its broker, or a proxy. */
  readonly place: (queue: Queue) => string;
  readonly number: (queue: Queue) => number;
}

/** How a place has done lately. */
interface Health {
  failures: number;
  /** Until when the queues there are left alone. */
  restsUntil: number;
}

/** Queues in turn, without those at places that have just failed: these rest for a while, longer and longer. */
export class QueueTurn<Queue> {
  readonly #health = new Map<string, Health>();
  #queues: readonly Queue[] = [];
  readonly #traits: QueueTraits<Queue>;
  #turn: number;

  constructor(traits: QueueTraits<Queue>) {
    this.#traits = traits;
    // Producers that start together should not all begin with the same queue.
    this.#turn = Math.floor(Math.random() * 2 ** 16);
  }

  set queues(queues: readonly Queue[]) {
    // One place after the other in turn, instead of all queues of one first.
    const { number } = this.#traits;
    this.#queues = queues.toSorted((a, b) => number(a) - number(b));
  }

  /** @returns undefined where there is none at all; where all places rest, a queue of the one that has rested most */
  next(now = Date.now()): Queue | undefined {
    const count = this.#queues.length;
    let best: Queue | undefined;
    let bestRest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const queue = this.#queues[this.#turn++ % count];
      const rest = this.#health.get(this.#traits.place(queue))?.restsUntil ?? 0;
      if (rest <= now) return queue;
      if (rest < bestRest) {
        best = queue;
        bestRest = rest;
      }
    }
    return best;
  }

  succeeded(place: string): void {
    if (this.#health.size > 0) this.#health.delete(place);
  }

  failed(place: string, now = Date.now()): void {
    const failures = (this.#health.get(place)?.failures ?? 0) + 1;
    const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(failures - 1, 16));
    this.#health.set(place, { failures, restsUntil: now + rest });
  }
}
