import { Fault } from '../job/fault.js';
import { backoffMs, pause } from './backoff.js';

export interface PatienceOptions {
  /** How long the world's faults are waited out, in milliseconds, from the first one without a success in between. */
  readonly retryForMs: number;
  readonly stop: AbortSignal;
  /** Told of every fault that is waited out. */
  readonly onWaiting?: (fault: Fault) => void;
}

/** Says that the caller's stop came before the work was done. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Waits the world's faults out, longer and longer, until they have lasted too long. */
export class Patience {
  readonly #options: PatienceOptions;
  #failingSince: number | undefined;
  #failures = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Something worked: the next fault is a new one. */
  reset(): void {
    this.#failingSince = undefined;
    this.#failures = 0;
  }

  /**
   * Returns when it is time for the next attempt.
   * @throws the error itself if it is not the world's; the world's fault when it has lasted too long; Stopped
   */
  async wait(error: unknown): Promise<void> {
    const { retryForMs, stop, onWaiting } = this.#options;
    if (!(error instanceof Fault) || error.fault !== 'world') throw error;
    this.#failingSince ??= Date.now();
    this.#failures++;
    onWaiting?.(error);
    if (Date.now() - this.#failingSince >= retryForMs) throw gaveUp(error, retryForMs);
    if (!(await pause(backoffMs(this.#failures), stop))) throw new Stopped();
  }
}

/** Does `work` until it succeeds, waiting the world's faults out. */
export async function withPatience<T>(work: () => Promise<T>, options: PatienceOptions): Promise<T> {
  const patience = new Patience(options);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await patience.wait(error);
    }
  }
}

function gaveUp(fault: Fault, retryForMs: number): Fault {
  const { code, mend } = fault;
  const message = `${fault.message} (tried again for ${Math.round(retryForMs / 1000)} s)`;
  return new Fault({ code, fault: 'world', message, mend }, { cause: fault });
}
