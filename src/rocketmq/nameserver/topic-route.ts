import type { Answer, Request } from './connection.js';
import type { Connections } from './connections.js';
import type { NameServers } from './name-servers.js';
import { ANSWER } from './protocol.js';
import { layoutOf, type Queue, queuesOf } from './queues.js';
import { isOfRocketMQ, RefusedError, RemotingError } from './remoting-error.js';
import type { Route } from './route.js';

/** How often the route is asked for anew while nothing is wrong, in milliseconds: a broker that came is used then. */
const REFRESH_MS = 30_000;

/** Where a topic's queues are, kept up to date. */
export class TopicRoute {
  readonly #nameServers: NameServers;
  readonly #connections: Connections;
  readonly #topic: string;
  readonly #refreshes: NodeJS.Timeout;
  #route: Route = [];
  #queues: readonly Queue[] = [];
  /** All that messages may have been sent to, by their names. */
  readonly #seen = new Set<string>();
  /** Which of a broker's addresses is used, where there are several. */
  readonly #choice = new Map<string, number>();
  /** All who need it anew wait for the same one. */
  #refresh: Promise<void> | undefined;

  /** Whether something failed since it was asked for. */
  isStale = true;
  /** Told of the queues that can be written to when they have been asked for anew. */
  onChange: (queues: readonly Queue[]) => void = () => {};

  constructor(nameServers: NameServers, connections: Connections, topic: string) {
    this.#nameServers = nameServers;
    this.#connections = connections;
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

  /** A broker that had the topic and that name servers don't know of any more, as they do while it is down. */
  get gone(): string | undefined {
    return [...this.#seen].find((name) => this.#route.every((broker) => broker.name !== name));
  }

  /**
   * Asks a broker's master. Where name servers disagree on its address and this one does not answer, the other one is next.
   * @throws RemotingError where there is no answer
   */
  async ask(broker: string, request: Request): Promise<Answer> {
    const address = this.#masterOf(broker);
    if (address === undefined) throw new RemotingError('unreachable', `broker ${broker} has no master now`);
    try {
      return await this.#connections.ask(address, request);
    } catch (error) {
      // Others may have asked the same one, and gone on to the next already.
      if (error instanceof RemotingError && this.#masterOf(broker) === address) this.#tryOther(broker);
      throw error;
    }
  }

  /**
   * Has it asked for anew where something failed, and waits for that only while no queue is known: brokers that are known
   * take messages also while no name server answers.
   * @throws as `refresh`
   */
  async ready(): Promise<void> {
    if (!this.isStale) return;
    const refreshed = this.refresh();
    if (this.#queues.length === 0) return await refreshed;
    refreshed.catch((error: unknown) => {
      // It stays stale: the next who needs it asks again.
      if (!isOfRocketMQ(error)) throw error;
    });
  }

  /**
   * Asks anew.
   * @throws RefusedError if the topic is missing, RemotingError if no name server answers
   */
  refresh(): Promise<void> {
    this.#refresh ??= this.#lookUp().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  /** Takes a route for the one that holds until name servers tell another one. */
  assume(route: Route): void {
    this.#adopt(route);
    this.isStale = true;
  }

  /** Names brokers that had the topic before it was asked for here. */
  expect(brokers: readonly string[]): void {
    for (const name of brokers) this.#seen.add(name);
  }

  close(): void {
    clearInterval(this.#refreshes);
  }

  #masterOf(broker: string): string | undefined {
    const masters = this.#route.find(({ name }) => name === broker)?.masters ?? [];
    return masters[(this.#choice.get(broker) ?? 0) % masters.length];
  }

  #tryOther(broker: string): void {
    this.#choice.set(broker, (this.#choice.get(broker) ?? 0) + 1);
  }

  #adopt(route: Route): void {
    this.#route = route;
    for (const { name } of route) this.#seen.add(name);
    this.#queues = queuesOf(layoutOf(route));
    this.onChange(this.#queues);
  }

  async #lookUp(): Promise<void> {
    const route = await this.#nameServers.route(this.#topic);
    this.#adopt(route ?? []);
    this.isStale = route === undefined;
    if (!route) throw new RefusedError(ANSWER.topicNotExist, 'no name server knows the topic');
  }
}
