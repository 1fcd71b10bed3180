import { setTimeout as delay } from 'node:timers/promises';
import type { Connections } from './connections.js';
import { ANSWER, REQUEST } from './protocol.js';
import { RefusedError } from './remoting-error.js';
import { mergeRoutes, parseRoute, type Route } from './route.js';

/** How long the others may take once one has answered with a route, in milliseconds: one that hangs should hold nobody up. */
const OTHERS_WITHIN_MS = 500;

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
   * Where a topic is, as all that answer in time see it.
   * @returns undefined where none of them knows the topic
   * @throws RemotingError, RefusedError if none answers
   */
  async route(topic: string): Promise<Route | undefined> {
    const routes: Route[] = [];
    let isFound = () => {};
    const found = new Promise<void>((resolve) => {
      isFound = resolve;
    });
    const answers = Promise.allSettled(
      this.#addresses.map(async (address) => {
        const route = await this.#routeFrom(address, topic);
        if (!route) return;
        routes.push(route);
        isFound();
      }),
    );
    const othersHaveHad = found.then(() => delay(OTHERS_WITHIN_MS, undefined, { ref: false }));
    await Promise.race([answers, othersHaveHad]);
    if (routes.length > 0) return mergeRoutes(routes);
    const failures = (await answers).flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    if (failures.length === this.#addresses.length) throw failures[0];
    return undefined;
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
