import type { Context } from '@temporalio/activity';
import {
  ActivityCancelledError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
} from '@temporalio/client';
import type { WriteHeartbeat } from '../job/heartbeat.js';

/** Why a write activity is asked to end early. */
export type StopReason =
  /** The workflow wants its watermark back. */
  | 'cancelled'
  /** Another attempt goes on: the worker shuts down, or a user paused or reset the activity. */
  | 'handed_over'
  /** The server has given the attempt up; another may be running already. */
  | 'lost';

/** How often the SDK is told that the activity lives, in milliseconds; it times it out by itself otherwise. */
const SDK_HEARTBEAT_MS = 5000;

/** How long a heartbeat may take to be recorded, in milliseconds; it is tried again then. */
const RECORD_TIMEOUT_MS = 5000;

const RANK: Record<StopReason, number> = { handed_over: 0, cancelled: 1, lost: 2 };

const NEVER = new AbortController().signal;

/**
 * The ways in which an attempt hears that it should end: the SDK's signal, and the answers to the heartbeats that it
 * records itself.
 */
export class StopRequest {
  readonly #context: Context;
  readonly #controller = new AbortController();
  #reason: StopReason | undefined;
  #sdkToldAt = 0;

  constructor(context: Context) {
    this.#context = context;
    const { cancellationSignal } = context;
    const onCancel = () => {
      const details = context.cancellationDetails;
      if (details?.cancelRequested) this.#ask('cancelled');
      else this.#ask(details?.notFound || details?.timedOut ? 'lost' : 'handed_over');
    };
    if (cancellationSignal.aborted) onCancel();
    else cancellationSignal.addEventListener('abort', onCancel, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /**
   * Records a heartbeat; resolves when it stands on the server.
   * @throws if the server can't be reached, or has given the attempt up
   */
  async record(heartbeat: WriteHeartbeat): Promise<void> {
    const { client, info } = this.#context;
    try {
      // The SDK gives up all requests of an activity that was asked to end, and this one is needed just then.
      await client.withAbortSignal(NEVER, () =>
        client.withDeadline(Date.now() + RECORD_TIMEOUT_MS, () =>
          client.activity.heartbeat(info.taskToken, heartbeat),
        ),
      );
    } catch (error) {
      // These three come after the heartbeat was recorded: they are the server's answer to it.
      if (error instanceof ActivityCancelledError) this.#ask('cancelled');
      else if (error instanceof ActivityPausedError || error instanceof ActivityResetError)
        this.#ask('handed_over');
      else {
        if (error instanceof ActivityNotFoundError) this.#ask('lost');
        throw error;
      }
    }
    if (Date.now() - this.#sdkToldAt >= SDK_HEARTBEAT_MS) this.tellSdk(heartbeat);
  }

  /** Heartbeats by the SDK as well, which hands out what it was told last when an attempt fails. */
  tellSdk(heartbeat: WriteHeartbeat): void {
    this.#sdkToldAt = Date.now();
    this.#context.heartbeat(heartbeat);
  }

  #ask(reason: StopReason): void {
    // Who is to hand over may be cancelled before that is done, and who is lost can do neither.
    if (this.#reason === undefined || RANK[reason] > RANK[this.#reason]) this.#reason = reason;
    this.#controller.abort();
  }
}
