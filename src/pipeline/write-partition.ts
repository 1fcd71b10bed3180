import type { DirtyStage } from '../dirty/record.js';
import { type Fault, type FaultInfo, faultInfo, isNotSafe, type RecordFault } from '../job/fault.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { Message } from '../job/message.js';
import type { Position, Watermark } from '../job/report.js';
import { shareOf } from '../job/share.js';
import { FILTERED, isMessage } from '../records/converter.js';
import { SinkFault } from '../rocketmq/faults.js';
import type { EncodedMessage } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';
import { Asker } from './asker.js';
import { cannotTell } from './cannot-tell.js';
import { DirtyIntake } from './dirty-intake.js';
import type { Draft, RecordRef } from './draft.js';
import { type Filler, MessageFiller } from './filler.js';
import { Ledger } from './ledger.js';
import { portion } from './pacer.js';
import { packed } from './pack.js';
import { PackFiller } from './pack-filler.js';
import { type PatienceOptions, Stopped, withPatience } from './patience.js';
import { readOn } from './read-on.js';
import { Sampler } from './sampler.js';
import { Sender } from './sender.js';
import type { WriteOptions } from './write-options.js';

/** How often the input is looked at for changes while it is read, in milliseconds. */
const VERIFY_MS = 5000;
/** How long what was permitted before a stop may still be sent, in milliseconds: many messages, where each is a request of its own. */
const DRAIN_MS = 30_000;
/** How long dirty records may still be kept once something else has failed, in milliseconds: it is to be told soon. */
const KEEP_MS = 5000;

/**
 * Writes one partition: reads, converts, packs, sends, and keeps the watermark. The loop over records has no `await`
 * but where a batch is full.
 */
export class PartitionWriter {
  readonly #options: WriteOptions;
  readonly #ledger: Ledger;
  /** Ends everything at the first failure; also when the caller stops. */
  readonly #halt = new AbortController();
  #haltedAt: number | undefined;
  #failure: unknown;
  #notSafe: FaultInfo | undefined;
  #storeFault: FaultInfo | undefined;
  readonly #filler: Filler;
  readonly #dirty: DirtyIntake;
  readonly #sender: Sender;
  #verifiedAt = Date.now();

  constructor(options: WriteOptions) {
    this.#options = options;
    const { producer, settings, from, packing, dirty, pacer } = options;
    const { arrivals } = producer;
    this.#ledger = new Ledger(from, dirty, arrivals !== undefined);
    const { records: steady } = shareOf(settings.rate, settings.parallelism);
    const packRecords = steady === undefined ? undefined : portion(steady);
    const fill = { producer, batch: settings.batch, pacer, packRecords, start: from.position };
    this.#filler = packing ? new PackFiller(fill, packing) : new MessageFiller(fill);
    this.#dirty = new DirtyIntake({
      partition: options.partition,
      mode: options.dirtyMode,
      rawBytes: dirty.rawBytes,
      limit: options.limit,
      before: from.records,
      elsewhere: options.elsewhere,
    });
    const asker = new Asker({
      arrivals,
      retryForMs: settings.retryFor,
      stop: this.#halt.signal,
      onGivenUp: (why) => this.#ledger.stayInDoubt(cannotTell(why)),
    });
    const { sampleSize = 0 } = options;
    this.#sender = new Sender({
      ...options,
      asker,
      ...(sampleSize > 0 && {
        sampler: new Sampler({ size: sampleSize, remake: (records) => this.#remake(records) }),
      }),
      ledger: this.#ledger,
      intake: this.#dirty,
      pack: (records) => this.#pack(records),
      stop: this.#halt.signal,
      fresh: async (stop) => !this.#hasDrainedLong && (await options.fresh(stop)),
      onFailure: (error) => this.#fail(error),
    });
    if (options.stop.aborted) this.#end();
    else options.stop.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** How far it is for sure; can be asked at any time, and also after it has failed. */
  snapshot(): Omit<WriteHeartbeat, 'ahead'> {
    return this.#progress(this.#ledger.safeWatermark);
  }

  /** Takes note of a fault of the dirty store that is waited out, and with `undefined` that it works again. */
  storeTrouble(fault: Fault | undefined): void {
    if (fault?.code !== this.#storeFault?.code) this.#options.onTrouble(fault);
    this.#storeFault = fault && faultInfo(fault);
  }

  /**
   * How far it is, once that is safe.
   * @param withinMs how long that may take, in milliseconds; then it is as far as it is safe @default as long as it takes
   * @returns the progress, and of the messages that were let through those that lie before its watermark
   * @throws Fault if dirty records can't be kept, which ends the work as well
   */
  async secure(withinMs?: number): Promise<{ progress: Omit<WriteHeartbeat, 'ahead'>; covered: number }> {
    try {
      const { watermark, covered } = await this.#ledger.secure(withinMs);
      return { progress: this.#progress(watermark), covered };
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #progress(watermark: Watermark): Omit<WriteHeartbeat, 'ahead'> {
    const { partition, source } = this.#options;
    const waitingFor = this.#sender.waitingFor ?? this.#storeFault;
    return {
      partition: partition.index,
      input: partition.input,
      watermark,
      sourceBytes: source.sourceBytesBefore(partition, watermark.position),
      ...(waitingFor && { waitingFor }),
    };
  }

  /**
   * Writes to the partition's end, until `stop`, or until somebody has to decide (see {@link stoppedBy}).
   * @returns the watermark, `done` if the partition is finished; nothing is under way any more
   * @throws Fault what ended it; `snapshot().watermark` still holds, and nothing is under way any more
   */
  async run(): Promise<Watermark> {
    const { source, partition, from } = this.#options;
    const batches = readOn(source, partition, from.position, this.#patience);
    try {
      let position: Position = from.position;
      for await (const batch of batches) {
        this.#dirty.begin(batch, position);
        await this.#take(batch);
        if (batch.length > 0) position = batch.positionAfter(batch.length - 1);
        if (this.#isOver) break;
        await this.#verifyNowAndThen();
      }
      // What is not sent is read again by whoever goes on.
      if (!this.#halt.signal.aborted) await this.#dispatchRest();
    } catch (error) {
      if (!(error instanceof Stopped)) this.#fail(error);
    }
    await this.#sender.drain();
    this.#ledger.leave();
    if (this.#failure === undefined && !this.#isOver) this.#ledger.finish();
    // Also where something else has failed: what is safe counts as done.
    const withinMs = this.#failure === undefined ? undefined : KEEP_MS;
    const secured = await this.secure(withinMs).catch((error: unknown) => {
      this.#failure ??= error;
      return undefined;
    });
    if (this.#failure !== undefined || !secured) throw this.#failure;
    return secured.progress.watermark;
  }

  /** Why it ended early, if that is for somebody to decide: too many dirty records, or messages that are stored and not safe. */
  get stoppedBy(): FaultInfo | undefined {
    return this.#dirty.breach ?? this.#notSafe;
  }

  /** Takes the records of a batch in, sending whenever a request is full. */
  async #take(batch: RecordBatch): Promise<void> {
    const { convert } = this.#options;
    const filler = this.#filler;
    for (let i = 0; i < batch.length; i++) {
      const unreadable = batch.fault(i);
      const message = unreadable ?? convert(batch, i);
      this.#dirty.countRead();
      if (isMessage(message)) {
        const fault = filler.put(message, batch, i);
        if (fault) this.#reject(batch, i, 'convert', fault);
      } else if (message === FILTERED) {
        filler.leaveOut(batch, i);
      } else {
        this.#reject(batch, i, unreadable ? 'parse' : 'convert', message);
      }
      const full = filler.takeFull();
      if (full) await this.#dispatchAll(() => filler.takeFull(), full);
      if (this.#isOver) return;
    }
  }

  async #dispatchRest(): Promise<void> {
    const isEnd = this.#dirty.breach === undefined;
    await this.#dispatchAll(() => this.#filler.takeRest(isEnd));
  }

  async #dispatchAll(next: () => Draft | undefined, first = next()): Promise<void> {
    for (let draft = first; draft; draft = next()) {
      if (this.#filler.isCutOtherwise) await this.#sender.announceOtherCut();
      await this.#sender.dispatch(draft);
    }
  }

  /** A file that changes under a running job ends it. */
  async #verifyNowAndThen(): Promise<void> {
    if (Date.now() - this.#verifiedAt < VERIFY_MS) return;
    this.#verifiedAt = Date.now();
    const { source, partition } = this.#options;
    await withPatience(() => source.verify(partition), this.#patience);
  }

  get #patience(): PatienceOptions {
    return {
      retryForMs: this.#options.settings.retryFor,
      stop: this.#halt.signal,
      onWaiting: (fault) => this.#sender.wait(fault),
    };
  }

  /** With too many dirty records reading ends, but what has been read is still delivered and counted. */
  get #isOver(): boolean {
    return this.#halt.signal.aborted || this.#dirty.breach !== undefined;
  }

  #reject(batch: RecordBatch, index: number, stage: DirtyStage, fault: RecordFault): void {
    this.#filler.leaveOut(batch, index, this.#dirty.take(batch, index, stage, fault));
  }

  #pack(records: readonly RecordRef[]): EncodedMessage {
    return this.#options.producer.encode(this.#remake(records));
  }

  /** The message of records that were messages before: converting them again gives the same. */
  #remake(records: readonly RecordRef[]): Message {
    const { convert, packing } = this.#options;
    const messages = records.map(({ batch, index }) => convert(batch, index));
    if (!messages.every(isMessage)) throw new Error('a record is no message any more');
    if (packing) return packed(messages, packing);
    if (messages.length !== 1) throw new Error('a message of several records, and no packing');
    return messages[0];
  }

  /** Nothing new is read and sent; what was permitted is, for a while. */
  #end(): void {
    this.#haltedAt ??= Date.now();
    this.#halt.abort();
  }

  get #hasDrainedLong(): boolean {
    return this.#haltedAt !== undefined && Date.now() - this.#haltedAt > DRAIN_MS;
  }

  #fail(error: unknown): void {
    if (error instanceof SinkFault && isNotSafe(error)) this.#notSafe ??= faultInfo(error);
    else this.#failure ??= error;
    this.#end();
  }
}
