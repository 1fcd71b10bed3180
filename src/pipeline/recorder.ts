import type { WriteHeartbeat } from '../job/heartbeat.js';
import { pause } from './backoff.js';

export interface RecorderOptions {
  /**
   * Resolves when the heartbeat is known to stand on the server. Rejects if it can't be recorded: the activity is
   * gone, or the server can't be reached.
   */
  readonly record: (heartbeat: WriteHeartbeat) => Promise<void>;
  /**
   * How far the partition is, once that is safe; and of the messages that `permit` let through, how many lie before its
   * watermark.
   */
  readonly secure: () => Promise<{ progress: Omit<WriteHeartbeat, 'ahead'>; covered: number }>;
  /** Messages that may be sent beyond the watermark that was recorded last. */
  readonly window: number;
  /** Time between two heartbeats at least, in milliseconds. */
  readonly intervalMs: number;
  /** Told of a heartbeat that could not be recorded; it is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * How old the last recorded heartbeat may be when something is sent, in milliseconds: less than the time-out after which Temporal gives an
 * attempt up. One whose process stood still must not go on beside the one that took over.
 */
const FRESH_MS = 8000;
/** How long to wait for the watermark to move before it is recorded once more, in milliseconds. */
const BLOCKED_MS = 50;

/**
 * Makes the promise about crashes true: nothing is sent further than a window ahead of the last heartbeat that is
 * known to stand on the server.
 *
 * A heartbeat of the Temporal SDK confirms nothing and may reach the server after a later one that was recorded here.
 * So a heartbeat says twice the window: whichever of the last two the server ends up with, no more than that was sent
 * beyond it. The SDK is told rarely, so that it is overtaken by no more than one.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #sent = 0;
  #recorded = 0;
  #recordedAt = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Begins to heartbeat at the interval. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#recordInBackground();
    }, this.#options.intervalMs);
  }

  /** Waits until `messages` more may be sent. False if the signal came first. */
  async permit(messages: number, stop: AbortSignal): Promise<boolean> {
    const { window } = this.#options;
    const isTooFar = () => this.#sent > this.#recorded && this.#sent + messages - this.#recorded > window;
    if (!(await this.#recordUntil(() => this.#isFresh && !isTooFar(), stop))) return false;
    this.#sent += messages;
    // Half a window early, so that sending need not wait for it.
    if (this.#sent - this.#recorded > window / 2) this.#recordInBackground();
    return true;
  }

  /**
   * Waits until it is certain that no other attempt has taken over. False if the signal came first, which ends the waiting alone: what
   * was permitted before it may still be sent.
   */
  async fresh(stop: AbortSignal): Promise<boolean> {
    return this.#isFresh || (await this.#recordUntil(() => this.#isFresh, stop));
  }

  /**
   * Lets `messages` more be sent, where some that were permitted have to be split. It must not wait for the watermark,
   * which may hang behind those very messages: instead two heartbeats say that there may be more, so that whichever of
   * the last two the server ends up with says so. False if the signal came first.
   */
  async permitSplits(messages: number, stop: AbortSignal): Promise<boolean> {
    const { intervalMs, onTrouble } = this.#options;
    this.#sent += messages;
    await this.#underWay?.catch(onTrouble);
    for (let recorded = 0; recorded < 2 && !stop.aborted; ) {
      try {
        await this.#record();
        recorded++;
      } catch (error) {
        onTrouble(error);
        await pause(intervalMs, stop);
      }
    }
    return !stop.aborted;
  }

  /** Ends the heartbeats; resolves when none is under way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#underWay !== undefined) await Promise.allSettled([this.#underWay]);
  }

  /** Not before a first heartbeat stands: it carries what earlier attempts may have repeated. */
  get #isFresh(): boolean {
    // By the clock of the wall: the other one stands still while a machine sleeps.
    return Date.now() - this.#recordedAt < FRESH_MS;
  }

  async #recordUntil(isSo: () => boolean, stop: AbortSignal): Promise<boolean> {
    const { intervalMs, onTrouble } = this.#options;
    while (!stop.aborted && !isSo()) {
      try {
        await this.#record();
        // The watermark hangs behind one slow request: another heartbeat at once would say the same.
        if (!isSo()) await pause(BLOCKED_MS, stop);
      } catch (error) {
        onTrouble(error);
        await pause(intervalMs, stop);
      }
    }
    return !stop.aborted;
  }

  #recordInBackground(): void {
    this.#record().catch(this.#options.onTrouble);
  }

  /** Records how far the partition is; one at a time, and callers meanwhile wait for the same one. */
  #record(): Promise<void> {
    this.#underWay ??= this.#recordNow().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #recordNow(): Promise<void> {
    const { progress, covered } = await this.#options.secure();
    // More than the window only where messages were split, or an attempt before this one came further.
    const { doubted = 0 } = progress.watermark;
    const ahead = Math.max(2 * Math.max(this.#options.window, this.#sent - covered), doubted);
    const now = Date.now();
    await this.#options.record({ ...progress, ahead });
    this.#recorded = covered;
    this.#recordedAt = now;
  }
}
