import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Answer, Request } from './connection.js';
import type { Connections } from './connections.js';
import { parseLooseJson } from './loose-json.js';
import { ANSWER, REQUEST } from './protocol.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import { MASTER, mergeRoutes, parseRoute, type Route } from './route.js';

/** A broker of a cluster. */
export interface ClusterBroker {
  readonly name: string;
  readonly cluster: string;
  /** Where its master is, `host:port`; absent where it has none now. */
  readonly master?: string;
}

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

  /**
   * The names of all topics that any of them knows, in order.
   * @throws RemotingError, RefusedError if none answers
   */
  async topics(): Promise<string[]> {
    const lists = await this.#askAll({ code: REQUEST.getAllTopics }, ({ body }) => {
      const { topicList } = read(allTopics, body, 'list of topics');
      return topicList;
    });
    return [...new Set(lists.flat())].sort();
  }

  /**
   * The brokers of every cluster that they know, in no order.
   * @throws RemotingError, RefusedError if none answers
   */
  async brokers(): Promise<ClusterBroker[]> {
    const tables = await this.#askAll({ code: REQUEST.getClusterInfo }, ({ body }) =>
      read(clusterInfo, body, 'list of clusters'),
    );
    const brokers = new Map<string, ClusterBroker>();
    for (const { brokerAddrTable, clusterAddrTable } of tables) {
      for (const [cluster, names] of Object.entries(clusterAddrTable)) {
        for (const name of names) {
          const master = brokerAddrTable[name]?.brokerAddrs[MASTER] ?? brokers.get(name)?.master;
          brokers.set(name, { name, cluster, ...(master !== undefined && { master }) });
        }
      }
    }
    return [...brokers.values()];
  }

  /** What all that answer say, taken out of their answers by `take`; a refusal is no answer. */
  async #askAll<T>(request: Request, take: (answer: Answer) => T): Promise<T[]> {
    const answers = await Promise.allSettled(
      this.#addresses.map(async (address) => {
        const answer = await this.#connections.ask(address, request);
        const { code, remark } = answer;
        if (code !== ANSWER.ok) throw new RefusedError(code, remark);
        return take(answer);
      }),
    );
    const taken = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (taken.length === 0) throw (answers[0] as PromiseRejectedResult).reason;
    return taken;
  }
}

const allTopics = z.object({ topicList: z.array(z.string()) });

const clusterInfo = z.object({
  brokerAddrTable: z.record(z.string(), z.object({ brokerAddrs: z.record(z.string(), z.string()) })),
  clusterAddrTable: z.record(z.string(), z.array(z.string())),
});

function read<T>(form: z.ZodType<T>, body: Buffer, what: string): T {
  const parsed = form.safeParse(parseLooseJson(body.toString()));
  if (parsed.success) return parsed.data;
  throw new RemotingError('not_a_frame', `the ${what} that came is none that this version understands`);
}
