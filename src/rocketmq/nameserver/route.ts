import { z } from 'zod';
import { parseLooseJson } from './loose-json.js';
import { PERMISSION } from './protocol.js';
import { RemotingError } from './remoting-error.js';

/** A broker that holds queues of a topic. */
export interface Broker {
  readonly name: string;
  readonly cluster: string;
  /** Where its master is, `host:port`; several where name servers disagree, none where it has no master now. */
  readonly masters: readonly string[];
  readonly writableQueues: number;
  readonly readableQueues: number;
}

/** Where a topic is, its brokers in the order of their names. */
export type Route = readonly Broker[];

/** The id of a master among the brokers of a name. */
export const MASTER = '0';

const routeData = z.object({
  queueDatas: z.array(
    z.object({
      brokerName: z.string(),
      readQueueNums: z.number().int(),
      writeQueueNums: z.number().int(),
      perm: z.number().int(),
    }),
  ),
  brokerDatas: z.array(
    z.object({
      cluster: z.string().nullish(),
      brokerName: z.string(),
      brokerAddrs: z.record(z.string(), z.string()),
    }),
  ),
});

/**
 * A name server's answer to where a topic is.
 * @throws RemotingError if it is none
 */
export function parseRoute(body: string): Route {
  const parsed = routeData.safeParse(parseLooseJson(body));
  if (!parsed.success) {
    throw new RemotingError('not_a_frame', 'the route that came is none that this version understands');
  }
  const { queueDatas, brokerDatas } = parsed.data;
  return brokerDatas
    .map(({ brokerName, cluster, brokerAddrs }): Broker => {
      const queues = queueDatas.find((data) => data.brokerName === brokerName);
      const may = (what: number) => ((queues?.perm ?? 0) & what) !== 0;
      return {
        name: brokerName,
        cluster: cluster ?? '',
        masters: MASTER in brokerAddrs ? [brokerAddrs[MASTER]] : [],
        writableQueues: may(PERMISSION.write) ? (queues?.writeQueueNums ?? 0) : 0,
        readableQueues: may(PERMISSION.read) ? (queues?.readQueueNums ?? 0) : 0,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What holds where name servers disagree, as they do while a broker comes, goes or changes: every broker that one of
 * them knows, and of a broker that several know what all allow.
 */
export function mergeRoutes(routes: readonly Route[]): Route {
  const brokers = new Map<string, Broker>();
  for (const broker of routes.flat()) {
    const known = brokers.get(broker.name);
    brokers.set(broker.name, known ? agreed(known, broker) : broker);
  }
  return [...brokers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const agreed = (a: Broker, b: Broker): Broker => ({
  ...a,
  masters: [...new Set([...a.masters, ...b.masters])],
  writableQueues: Math.min(a.writableQueues, b.writableQueues),
  readableQueues: Math.min(a.readableQueues, b.readableQueues),
});
