import type { DirtyStore } from '../dirty/store.js';
import { type Fault, type FaultInfo, faultInfo } from '../job/fault.js';
import type { Settings } from '../job/schema/job.js';
import type { EncodedMessage, Producer } from '../rocketmq/producer.js';
import type { Asker } from './asker.js';
import { CUT_OTHERWISE, cannotTell } from './cannot-tell.js';
import { type DeliverDraftOptions, deliverDraft } from './deliver-draft.js';
import type { DirtyIntake } from './dirty-intake.js';
import type { Draft, RecordRef } from './draft.js';
import { Lanes } from './lanes.js';
import type { Ledger, Stretch } from './ledger.js';
import type { Pacer } from './pacer.js';
import { Stopped } from './patience.js';
import type { Sampler } from './sampler.js';

export interface SendOptions {
  readonly producer: Producer;
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly dirty: DirtyStore;
  /** Takes the records that the broker refuses. */
  readonly intake: DirtyIntake;
  /** Asks what has arrived. */
  readonly asker: Asker;
  /** Picks what is to be found again. @default nothing is */
  readonly sampler?: Sampler | undefined;
  /** Holds the sending to the rate. */
  readonly pacer: Pacer;
  /** Encodes one message of several records anew. */
  readonly pack: (records: readonly RecordRef[]) => EncodedMessage;
  /** Waits until so many messages may be sent; false when the signal came first. */
  readonly permit: (messages: number, stop: AbortSignal) => Promise<boolean>;
  /** @see DeliverOptions.fresh */
  readonly fresh: (stop: AbortSignal) => Promise<boolean>;
  /** Lets so many messages more be sent, because some had to be split; false when the signal came first. */
  readonly permitSplits: (messages: number, stop: AbortSignal) => Promise<boolean>;
  /** Told when the world begins to fail, and with `undefined` when it works again. */
  readonly onTrouble: (fault: FaultInfo | undefined) => void;
  /** Comes with the first failure as well: nothing new is sent from then on, and nobody waits for a permit. */
  readonly stop: AbortSignal;
  /** Told of what ends the whole. */
  readonly onFailure: (error: unknown) => void;
}

/** Bytes of dirty records that may wait to be made safe, before sending waits for it. */
const PENDING_BYTES = 4 * 1024 * 1024;

/** Delivers drafts, several at a time, and settles their stretches in the ledger. */
export class Sender {
  readonly #options: SendOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #lanes = new Lanes();
  #waitingFor: FaultInfo | undefined;
  #hasAnnounced = false;

  constructor(options: SendOptions) {
    this.#options = options;
  }

  /** The world's fault that is waited out just now. */
  get waitingFor(): FaultInfo | undefined {
    return this.#waitingFor;
  }

  /** Sends a draft off as soon as a place among the requests under way is free, unless the stop comes first. */
  async dispatch(draft: Draft): Promise<void> {
    const { ledger, dirty, pacer, permit, settings, stop } = this.#options;
    const { messages } = draft;
    const stretch = ledger.add(draft.positionAfter, messages.length);
    while (this.#underWay.size >= settings.batch.inFlight) await Promise.race(this.#underWay);
    // What can't be sent must not fill the memory with dirty records behind it.
    while (this.#underWay.size > 0 && ledger.waitingDirtyBytes > PENDING_BYTES)
      await Promise.race(this.#underWay);
    if (dirty.pendingBytes > PENDING_BYTES) await dirty.flush();
    if (messages.length > 0 && !(await pacer.take(draft.sent, draft.bodyBytes, stop))) return;
    if (stop.aborted || !(await permit(messages.length, stop))) return;
    const sending = this.#send(draft, stretch).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /**
   * Messages may be cut otherwise from here on than by whoever goes on from a watermark before: heartbeats say so before the first of them is
   * sent, as none of them would be found again.
   */
  async announceOtherCut(): Promise<void> {
    const { producer, ledger, permitSplits, stop } = this.#options;
    if (this.#hasAnnounced || !producer.arrivals) return;
    this.#hasAnnounced = true;
    ledger.cutOtherwise(cannotTell(CUT_OTHERWISE));
    await permitSplits(0, stop);
  }

  /** Resolves when nothing is under way any more. */
  async drain(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Takes note of a fault that is waited out. */
  wait(fault: Fault): void {
    if (this.#waitingFor?.code !== fault.code) this.#options.onTrouble(fault);
    this.#waitingFor = faultInfo(fault);
  }

  /** Delivers a draft and settles its stretch. Never rejects: a failure ends the whole. */
  async #send(draft: Draft, stretch: Stretch): Promise<void> {
    const { producer, asker, settings, ledger, intake, pack, fresh, permitSplits, stop, onFailure } =
      this.#options;
    let acknowledged = 0;
    let doubted = 0;
    let storedOnly = 0;
    const options: DeliverDraftOptions = {
      producer,
      asker,
      lanes: this.#lanes,
      retryForMs: settings.retryFor,
      stop,
      fresh,
      onRetry: (fault, messages) => {
        doubted += messages;
        ledger.count({ retries: 1, duplicatesAtMost: messages });
        this.wait(fault);
      },
      onCertain: (messages) => {
        doubted -= messages;
        ledger.count({ retries: 0, duplicatesAtMost: -messages });
      },
      onAcknowledged: (messages, unsafe) => {
        acknowledged += messages;
        storedOnly += unsafe;
        if (this.#waitingFor) this.#options.onTrouble(undefined);
        this.#waitingFor = undefined;
      },
      pack,
      beforeSplits: async (messages) => {
        stretch.messages += messages;
        if (!(await permitSplits(messages, stop))) throw new Stopped();
      },
    };
    try {
      const doubt = stretch.doubted > 0 ? 'crash' : undefined;
      const { messages, bytes, refused, notAsSent } = await deliverDraft(draft, options, doubt);
      const notTaken = refused.map(({ record, fault }) =>
        intake.take(record.batch, record.index, 'send', fault),
      );
      const records = draft.counts(notTaken.length);
      const tally = {
        records,
        messages,
        bytes,
        retries: 0,
        duplicatesAtMost: 0,
        ...(storedOnly > 0 && { storedOnly }),
      };
      const sample = this.#options.sampler?.pick(draft, notAsSent, ledger.watermark.sample);
      ledger.settle(stretch, tally, [...draft.dirty, ...notTaken], sample);
    } catch (error) {
      // What was acknowledged of it will be sent again by whoever goes on from the watermark, if nobody can be asked.
      if (!asker.canAsk) ledger.count({ retries: 0, duplicatesAtMost: acknowledged });
      else {
        stretch.isLeft = acknowledged + doubted > 0;
        ledger.count({ retries: 0, duplicatesAtMost: -doubted });
      }
      if (!(error instanceof Stopped)) onFailure(error);
    }
  }
}
