import type { NameServers } from './name-servers.js';
import { ANSWER } from './protocol.js';
import { layoutOf, type Queue, queuesOf } from './queues.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import type { Route } from './route.js';

/** How often the route is asked for anew while nothing is wrong, in milliseconds: a broker that came is used then. */
const REFRESH_MS = 30_000;

/** Where a topic's queues are, kept up to date. */
export class TopicRoute {
  readonly #nameServers: NameServers;
  readonly #topic: string;
  readonly #refreshes: NodeJS.Timeout;
  #route: Route = [];
  #queues: readonly Queue[] = [];
  /** Which of a broker's addresses is used, where there are several. */
  readonly #choice = new Map<string, number>();
  /** All who need it anew wait for the same one. */
  #refresh: Promise<void> | undefined;

  /** Whether something failed since it was asked for. */
  isStale = true;
  /** Told of the queues that can be written to when they have been asked for anew. */
  onChange: (queues: readonly Queue[]) => void = () => {};

  constructor(nameServers: NameServers, topic: string) {
    this.#nameServers = nameServers;
    this.#topic = topic;
    this.#refreshes = setInterval(() => {
      this.isStale = true;
    }, REFRESH_MS);
    this.#refreshes.unref();
  }

  get route(): Route {
    return this.#route;
  }

  /** Those that can be written to. */
  get queues(): readonly Queue[] {
    return this.#queues;
  }

  /** Whether a queue can be written to. */
  has({ broker, id }: Queue): boolean {
    return this.#queues.some((queue) => queue.broker === broker && queue.id === id);
  }

  /** The address of a broker's master. */
  masterOf(broker: string): string {
    const masters = this.#route.find(({ name }) => name === broker)?.masters ?? [];
    if (masters.length === 0) throw new RemotingError('unreachable', `broker ${broker} has no master now`);
    return masters[(this.#choice.get(broker) ?? 0) % masters.length];
  }

  /** Where name servers disagree on a broker's address, the other one comes next. */
  tryOther(broker: string): void {
    this.#choice.set(broker, (this.#choice.get(broker) ?? 0) + 1);
  }

  /**
   * Asks anew.
   * @throws RefusedError if the topic is missing, RemotingError if no name server answers
   */
  refresh(): Promise<void> {
    this.#refresh ??= this.#ask().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  close(): void {
    clearInterval(this.#refreshes);
  }

  async #ask(): Promise<void> {
    const route = await this.#nameServers.route(this.#topic);
    if (!route) throw new RefusedError(ANSWER.topicNotExist, 'no name server knows the topic');
    this.#route = route;
    this.#queues = queuesOf(layoutOf(route));
    this.isStale = false;
    this.onChange(this.#queues);
  }
}
