import type { Route } from './route.js';

/** Far more than a process sends to at a time. */
const MOST = 1000;

/** Routes that this process has been told, for partitions that begin while no name server answers. */
export class KnownRoutes {
  readonly #routes = new Map<string, Route>();

  /** @param namesrvAddr as the job says: what other name servers tell of a topic of this name is another topic's */
  get(namesrvAddr: string, topic: string): Route | undefined {
    return this.#routes.get(keyOf(namesrvAddr, topic));
  }

  set(namesrvAddr: string, topic: string, route: Route): void {
    const key = keyOf(namesrvAddr, topic);
    // The one that was set last is behind all others, and the first is forgotten.
    this.#routes.delete(key);
    this.#routes.set(key, route);
    if (this.#routes.size > MOST) this.#routes.delete([...this.#routes.keys()][0]);
  }
}

const keyOf = (namesrvAddr: string, topic: string) => `${namesrvAddr} ${topic}`;
