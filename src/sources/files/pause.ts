import { setImmediate } from 'node:timers/promises';

/** Milliseconds after which others have their turn. */
const MAX_TURN = 20;
/** Records after which the clock is looked at: to look at it costs as much as to find a short record. */
const RECORDS = 64;

/**
 * Lets others have their turn while records are taken apart. That waits for nothing as long as bytes are in memory, and may take
 * long: meanwhile a worker would neither heartbeat nor notice that it is to stop.
 */
export class Pause {
  readonly #alive: () => void;
  readonly #now: () => number;
  #records = 0;
  #last: number;

  /**
   * @param alive called after every pause; throws to stop
   * @param now milliseconds of a clock that goes on evenly
   */
  constructor(alive: () => void, now = () => performance.now()) {
    this.#alive = alive;
    this.#now = now;
    this.#last = now();
  }

  /** To be asked once a record: whether it is time to {@link take} one. */
  isDue(): boolean {
    return ++this.#records % RECORDS === 0 && this.#now() - this.#last >= MAX_TURN;
  }

  async take(): Promise<void> {
    await setImmediate();
    this.#last = this.#now();
    this.#alive();
  }
}
