import type { Doubt, EncodedMessage } from '../rocketmq/producer.js';
import { type DeliverOptions, deliver, type Refused } from './deliver.js';

/** What keeps order: of each lane one piece of work after the other, in the order they were handed in. */
export class Lanes {
  readonly #last = new Map<number, Promise<unknown>>();

  /** Does the work when all before it in the lane is done; not at all if that failed, as it would overtake. */
  inTurn<T>(lane: number, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(lane) ?? Promise.resolve()).then(work);
    this.#last.set(lane, turn);
    return turn;
  }
}

/**
 * Delivers messages, those of each lane in their order and behind what the lane has to deliver before; all at once where
 * they have no lanes.
 * @throws what `deliver` throws; nothing is under way any more
 */
export async function deliverInLanes(
  messages: readonly EncodedMessage[],
  options: DeliverOptions & { readonly lanes: Lanes },
  doubt?: Doubt,
): Promise<Refused> {
  if (messages[0].lane === undefined) return await deliver(messages, options, doubt);
  const byLane = new Map<number, number[]>();
  for (const [index, { lane = 0 }] of messages.entries()) {
    const indexes = byLane.get(lane);
    if (indexes) indexes.push(index);
    else byLane.set(lane, [index]);
  }
  const outcomes = await Promise.allSettled(
    [...byLane].map(([lane, indexes]) =>
      options.lanes.inTurn(lane, async () => {
        const own = indexes.map((index) => messages[index]);
        const refused = await deliver(own, options, doubt);
        return [...refused].map(([index, fault]) => [indexes[index], fault] as const);
      }),
    ),
  );
  const refused = outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  return new Map(refused);
}
