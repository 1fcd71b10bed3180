import { SinkFault } from '../rocketmq/faults.js';
import { type Arrivals, CannotTell, type Doubt, type EncodedMessage } from '../rocketmq/producer.js';
import { Patience, Stopped } from './patience.js';

export interface AskerOptions {
  /** What can be asked; nothing where it is absent. */
  readonly arrivals: Arrivals | undefined;
  /** How long the world's faults are waited out, in milliseconds. */
  readonly retryForMs: number;
  readonly stop: AbortSignal;
  /** Told why it can't be asked any more, once. */
  readonly onGivenUp: (why: string) => void;
}

/** Asks the broker which messages have arrived, until it turns out that it can't tell. */
export class Asker {
  readonly #options: AskerOptions;
  #canAsk: boolean;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#canAsk = options.arrivals !== undefined;
  }

  get canAsk(): boolean {
    return this.#canAsk;
  }

  /**
   * Which of these messages stand in the topic, by their indexes.
   * @returns undefined where it can't be told
   * @throws Fault the user's at once, the world's when it has lasted too long; Stopped
   */
  async found(messages: readonly EncodedMessage[], after: Doubt): Promise<ReadonlySet<number> | undefined> {
    const { arrivals, retryForMs, stop } = this.#options;
    const patience = new Patience({ retryForMs, stop });
    while (arrivals && this.#canAsk) {
      try {
        return await arrivals.among(messages, after, stop);
      } catch (error) {
        if (stop.aborted) throw new Stopped();
        if (error instanceof CannotTell) this.#giveUp(error.message);
        else if (error instanceof SinkFault) await patience.wait(error);
        else throw error;
      }
    }
    return undefined;
  }

  #giveUp(why: string): void {
    if (!this.#canAsk) return;
    this.#canAsk = false;
    this.#options.onGivenUp(why);
  }
}
