import type { Message } from '../job/message.js';
import type { Picked, Sample } from '../job/sample.js';
import { bodyDigest } from '../rocketmq/body-digest.js';
import type { Draft, RecordRef } from './draft.js';

export interface SamplerOptions {
  /** Random messages of the partition. */
  readonly size: number;
  /** Makes the message of these records anew, as it was sent. */
  readonly remake: (records: readonly RecordRef[]) => Message;
  /** By chance, from 0 up to but not 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Picks messages that are to be found again. Each gets a number by chance, and those with the smallest stay; behind
 * many messages hardly one has a chance, and the others cost nothing.
 */
export class Sampler {
  readonly #size: number;
  readonly #remake: SamplerOptions['remake'];
  readonly #random: () => number;

  constructor({ size, remake, random = Math.random }: SamplerOptions) {
    this.#size = size;
    this.#remake = remake;
    this.#random = random;
  }

  /**
   * What may be picked of a draft that was acknowledged.
   * @param notAsSent indexes of its messages that the broker did not take as they were
   * @param before what was picked before it, or of a part of that
   */
  pick(draft: Draft, notAsSent: ReadonlySet<number>, before: Sample | undefined): Sample {
    const indexes = draft.messages.map((_, index) => index).filter((index) => !notAsSent.has(index));
    const first = before?.first ? undefined : indexes.at(0);
    const last = indexes.at(-1);
    return {
      size: this.#size,
      random: this.#lucky(indexes, before).map(([index, chance]) => ({ ...this.#of(draft, index), chance })),
      ...(first !== undefined && { first: this.#of(draft, first) }),
      ...(last !== undefined && { last: this.#of(draft, last) }),
    };
  }

  /** Those with a number smaller than the largest that stays so far, and that number. */
  #lucky(
    indexes: readonly number[],
    before: Sample | undefined,
  ): (readonly [index: number, chance: number])[] {
    const isFull = before !== undefined && before.random.length >= this.#size;
    const below = isFull ? Math.max(...before.random.map(({ chance }) => chance)) : 1;
    const lucky: [number, number][] = [];
    for (let at = this.#skip(below); at < indexes.length; at += 1 + this.#skip(below)) {
      lucky.push([indexes[at], this.#random() * below]);
    }
    return lucky.sort(([, a], [, b]) => a - b).slice(0, this.#size);
  }

  /** How many in a row have no luck where each has some with the probability `below`. */
  #skip(below: number): number {
    return below >= 1 ? 0 : Math.floor(Math.log(1 - this.#random()) / Math.log(1 - below));
  }

  #of(draft: Draft, index: number): Picked {
    const { id, body } = this.#remake(draft.recordsOf(index));
    return { id, digest: bodyDigest(body), bytes: draft.messages[index].bodyBytes };
  }
}
