import {
  type DetachedCommand,
  endGroup,
  isAlive,
  type ProcessRef,
  startDetached,
} from '../../../src/dev/process.js';

/** A server that a test may end, freeze and start again, on its own port and with what it stored. */
export class ClusterServer {
  /** `host:port` */
  readonly address: string;
  readonly #command: () => Promise<DetachedCommand>;
  #process: ProcessRef | undefined;

  /** @param command what starts it, made anew each time */
  constructor(address: string, command: () => Promise<DetachedCommand>) {
    this.address = address;
    this.#command = command;
  }

  /** Starts it where it does not run; it is not ready yet then. */
  async start(): Promise<void> {
    if (this.#process && (await isAlive(this.#process))) return;
    this.#process = await startDetached(await this.#command());
  }

  /** Ends it, and waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    if (this.#process) await endGroup(this.#process, { signal });
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** @throws Error if it has ended by itself */
  async requireAlive(): Promise<void> {
    if (!this.#process || !(await isAlive(this.#process))) throw new Error(`${this.address} has ended`);
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.#process) throw new Error(`${this.address} was never started`);
    process.kill(-this.#process.pid, signal);
  }
}
