import type { Layout } from '../producer.js';
import { QueueTurn } from '../queue-turn.js';
import type { Route } from './route.js';

/** A queue that messages can be sent to. */
export interface Queue {
  readonly broker: string;
  readonly id: number;
}

/** The queues of a route that can be written to. */
export const layoutOf = (route: Route): Layout =>
  route
    .filter(({ masters, writableQueues }) => masters.length > 0 && writableQueues > 0)
    .map(({ name, writableQueues }) => ({ broker: name, queues: writableQueues }));

/** All of them, in the order of brokers and numbers. */
export const queuesOf = (layout: Layout): Queue[] =>
  layout.flatMap(({ broker, queues }) => Array.from({ length: queues }, (_, id) => ({ broker, id })));

/** Leaves the queues of brokers alone that have just failed. */
export const turnOfQueues = (): QueueTurn<Queue> =>
  new QueueTurn({ place: ({ broker }) => broker, number: ({ id }) => id });
