import type { DirtyRecord, DirtyStore } from '../dirty/store.js';
import { type Fault, type FaultInfo, faultInfo, type RecordFault } from '../job/fault.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { RecordCounts, Watermark } from '../job/report.js';
import type { Settings } from '../job/schema.js';
import { type Converter, FILTERED, isMessage } from '../records/converter.js';
import type { Producer } from '../rocketmq/producer.js';
import type { Partition, RecordBatch, Source } from '../sources/source.js';
import { type DeliverOptions, deliver } from './deliver.js';
import { DirtyIntake } from './dirty-intake.js';
import { Draft } from './draft.js';
import { Ledger, type Stretch } from './ledger.js';
import { type PatienceOptions, Stopped, withPatience } from './patience.js';
import { readOn } from './read-on.js';

/** Records without a message that make a stretch of their own, so that the watermark passes them. */
const UNSENT_IN_A_ROW = 5000;

/** How often the input is looked at for changes while it is read, in milliseconds. */
const VERIFY_MS = 5000;

export interface WriteOptions {
  readonly partition: Partition;
  readonly source: Source;
  readonly convert: Converter;
  readonly producer: Producer;
  readonly dirty: DirtyStore;
  readonly settings: Settings;
  /** Where to begin, with what was counted up to there. */
  readonly from: Watermark;
  /** What the rest of the job had counted when this partition was launched, for the error limit. */
  readonly elsewhere: Pick<RecordCounts, 'read' | 'dirty'>;
  /** Ends the work early: what is under way is awaited, nothing new is sent. */
  readonly stop: AbortSignal;
  /** Told when the world begins to fail, and with `undefined` when it works again. */
  readonly onTrouble: (fault: FaultInfo | undefined) => void;
  /** Waits until so many messages may be sent; false when `stop` came first. */
  readonly permit: (messages: number) => Promise<boolean>;
}

/**
 * Writes one partition: reads, converts, packs, sends, and keeps the watermark. The loop over records has no `await`
 * but where a batch is full.
 */
export class PartitionWriter {
  readonly #options: WriteOptions;
  readonly #ledger: Ledger;
  readonly #underWay = new Set<Promise<void>>();
  /** Ends everything at the first failure; also when the caller stops. */
  readonly #halt = new AbortController();
  #failure: unknown;
  #draft: Draft;
  readonly #dirty: DirtyIntake;
  #waitingFor: FaultInfo | undefined;
  #verifiedAt = Date.now();

  constructor(options: WriteOptions) {
    this.#options = options;
    this.#ledger = new Ledger(options.from);
    this.#draft = new Draft(options.from.position);
    this.#dirty = new DirtyIntake({
      partition: options.partition,
      store: options.dirty,
      limit: options.settings.errorLimit,
      before: options.from.records,
      elsewhere: options.elsewhere,
    });
    if (options.stop.aborted) this.#halt.abort();
    else options.stop.addEventListener('abort', () => this.#halt.abort(), { once: true });
  }

  /** How far it is; can be asked at any time. */
  snapshot(): Omit<WriteHeartbeat, 'ahead'> {
    const { partition, source } = this.#options;
    const { watermark } = this.#ledger;
    return {
      partition: partition.index,
      input: partition.input,
      watermark,
      sourceBytes: source.sourceBytesBefore(partition, watermark.position),
      ...(this.#waitingFor && { waitingFor: this.#waitingFor }),
    };
  }

  /** Messages that were let through and lie before the watermark. */
  covered(): number {
    return this.#ledger.covered;
  }

  /**
   * Writes to the partition's end, or until `stop`.
   * @returns the watermark, `done` if the partition is finished; nothing is under way any more
   * @throws Fault what ended it; `snapshot().watermark` still holds, and nothing is under way any more
   */
  async run(): Promise<Watermark> {
    const { source, partition, from } = this.#options;
    const batches = readOn(source, partition, from.position, this.#patience);
    try {
      for await (const batch of batches) {
        await this.#take(batch);
        if (this.#isOver) break;
        await this.#verifyNowAndThen();
      }
      // A draft that is not sent is read again by whoever goes on.
      if (!this.#draft.isEmpty && !this.#halt.signal.aborted) await this.#flush();
    } catch (error) {
      if (!(error instanceof Stopped)) this.#fail(error);
    }
    await Promise.all(this.#underWay);
    this.#ledger.count({ retries: 0, duplicatesAtMost: this.#ledger.acknowledgedBeyond });
    const failure = this.#failure ?? this.#dirty.breach;
    if (failure !== undefined) throw failure;
    if (!this.#halt.signal.aborted) this.#ledger.finish();
    return this.#ledger.watermark;
  }

  /** Takes the records of a batch in, sending whenever a request is full. */
  async #take(batch: RecordBatch): Promise<void> {
    const { convert, producer, settings } = this.#options;
    const { records: maxRecords, bytes: maxBytes } = settings.batch;
    for (let i = 0; i < batch.length; i++) {
      const unreadable = batch.fault(i);
      const message = unreadable ?? convert(batch, i);
      if (!isMessage(message)) {
        if (message === FILTERED) this.#leaveOut(batch, i);
        else this.#reject(batch, i, unreadable ? 'read' : 'convert', message);
        if (this.#draft.unsent >= UNSENT_IN_A_ROW) await this.#flush();
      } else {
        const encoded = producer.encode(message);
        if (encoded.bodyBytes > producer.maxBodyBytes) {
          this.#reject(batch, i, 'convert', bodyTooLarge(encoded.bodyBytes, producer.maxBodyBytes));
        } else {
          const { messages, encodedBytes } = this.#draft;
          const full = messages.length >= maxRecords || encodedBytes + encoded.bytes.length > maxBytes;
          if (full && messages.length > 0) await this.#flush();
          this.#draft.addMessage(encoded, batch, i);
          this.#dirty.countRead();
        }
      }
      if (this.#isOver) return;
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
      onWaiting: (fault) => this.#wait(fault),
    };
  }

  /** With too many dirty records reading ends, but what has been read is still delivered and counted. */
  get #isOver(): boolean {
    return this.#halt.signal.aborted || this.#dirty.breach !== undefined;
  }

  #reject(batch: RecordBatch, index: number, stage: DirtyRecord['stage'], fault: RecordFault): void {
    this.#draft.addDirty(batch, index);
    this.#dirty.countRead();
    this.#dirty.keep(batch, index, stage, fault);
  }

  #leaveOut(batch: RecordBatch, index: number): void {
    this.#draft.addFiltered(batch, index);
    this.#dirty.countRead();
  }

  /** Sends the draft off as soon as a place among the requests under way is free, and begins a new one. */
  async #flush(): Promise<void> {
    const draft = this.#draft;
    this.#draft = new Draft(draft.positionAfter);
    const stretch = this.#ledger.add(draft.positionAfter, draft.messages.length);
    while (this.#underWay.size >= this.#options.settings.batch.inFlight) await Promise.race(this.#underWay);
    if (!(await this.#options.permit(draft.messages.length))) return;
    const sending = this.#send(draft, stretch).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** Delivers a draft and settles its stretch. Never rejects: a failure ends the whole. */
  async #send(draft: Draft, stretch: Stretch): Promise<void> {
    let acknowledged = 0;
    const options: DeliverOptions = {
      producer: this.#options.producer,
      retryForMs: this.#options.settings.retryFor,
      stop: this.#halt.signal,
      onRetry: (fault, duplicatesAtMost) => {
        this.#ledger.count({ retries: 1, duplicatesAtMost });
        this.#wait(fault);
      },
      onAcknowledged: (messages) => {
        acknowledged += messages;
        if (this.#waitingFor) this.#options.onTrouble(undefined);
        this.#waitingFor = undefined;
      },
    };
    try {
      const refused = draft.messages.length === 0 ? new Map() : await deliver(draft.messages, options);
      let bytes = draft.bodyBytes;
      for (const [index, fault] of refused) {
        const record = draft.records[index];
        this.#dirty.keep(record.batch, record.index, 'send', fault);
        bytes -= draft.messages[index].bodyBytes;
      }
      await this.#options.dirty.settle();
      const records = draft.counts(refused.size);
      this.#ledger.settle(stretch, {
        records,
        messages: records.written,
        bytes,
        retries: 0,
        duplicatesAtMost: 0,
      });
    } catch (error) {
      // What was acknowledged of it will be sent again by whoever goes on from the watermark.
      this.#ledger.count({ retries: 0, duplicatesAtMost: acknowledged });
      if (!(error instanceof Stopped)) this.#fail(error);
    }
  }

  #wait(fault: Fault): void {
    if (!this.#waitingFor) this.#options.onTrouble(fault);
    this.#waitingFor = faultInfo(fault);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#halt.abort();
  }
}

function bodyTooLarge(bytes: number, most: number): RecordFault {
  return { code: 'body_too_large', message: `the message body has ${bytes} bytes; RocketMQ takes ${most}` };
}
