import type { Connections } from './connections.js';
import { ANSWER, REQUEST } from './protocol.js';
import { RefusedError } from './remoting-error.js';
import { mergeRoutes, parseRoute, type Route } from './route.js';

/** Several name servers, of which any may be down, and each may know what others do not know yet. */
export class NameServers {
  readonly #addresses: readonly string[];
  readonly #connections: Connections;

  /** @param addresses `host:port`, several with ";" between them */
  constructor(addresses: string, connections: Connections) {
    this.#addresses = addresses.split(';');
    this.#connections = connections;
  }

  /**
   * Where a topic is, as all that answer see it.
   * @returns undefined where none of them knows the topic
   * @throws RemotingError, RefusedError if none answers
   */
  async route(topic: string): Promise<Route | undefined> {
    const answers = await Promise.allSettled(
      this.#addresses.map((address) => this.#routeFrom(address, topic)),
    );
    const known = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (known.length === 0) throw (answers[0] as PromiseRejectedResult).reason;
    const routes = known.filter((route) => route !== undefined);
    return routes.length === 0 ? undefined : mergeRoutes(routes);
  }

  async #routeFrom(address: string, topic: string): Promise<Route | undefined> {
    // The second field makes servers from 4.9.3 on write JSON as everybody reads it.
    const fields = { topic, acceptStandardJsonOnly: true };
    const { code, remark, body } = await this.#connections.ask(address, { code: REQUEST.getRoute, fields });
    if (code === ANSWER.topicNotExist) return undefined;
    if (code !== ANSWER.ok) throw new RefusedError(code, remark);
    return parseRoute(body.toString());
  }
}
