import type { SinkFault } from '../rocketmq/faults.js';
import type { Doubt, EncodedMessage } from '../rocketmq/producer.js';
import { type DeliverOptions, deliver } from './deliver.js';
import type { Draft, RecordRef } from './draft.js';
import { deliverInLanes, type Lanes } from './lanes.js';

export interface DeliverDraftOptions extends DeliverOptions {
  /** Keep the order of messages that have one. */
  readonly lanes: Lanes;
  /** Encodes one message of several records anew. */
  readonly pack: (records: readonly RecordRef[]) => EncodedMessage;
  /**
   * Called once before refused messages of several records are sent in parts, with how many messages more these may
   * become. Throws Stopped if the stop came first.
   */
  readonly beforeSplits: (messages: number) => Promise<void>;
}

/** What became of a draft's messages. */
export interface Delivered {
  /** Messages that were acknowledged, and the bytes of their bodies. */
  messages: number;
  bytes: number;
  /** Indexes of messages that the broker did not take as they were: they are split, or dirty. */
  readonly notAsSent: Set<number>;
  readonly refused: { readonly record: RecordRef; readonly fault: SinkFault }[];
}

/**
 * Delivers a draft. A message of several records that the broker refuses for what it is goes again as two of half the
 * records, until the record is found that is not taken.
 * @param doubt whether all of its messages may have arrived already
 * @throws what `deliver` throws
 */
export async function deliverDraft(
  draft: Draft,
  options: DeliverDraftOptions,
  doubt?: Doubt,
): Promise<Delivered> {
  const { messages, bodyBytes } = draft;
  const delivered: Delivered = {
    messages: messages.length,
    bytes: bodyBytes,
    notAsSent: new Set(),
    refused: [],
  };
  if (messages.length === 0) return delivered;
  const groups: Group[] = [];
  for (const [index, fault] of await deliverInLanes(messages, options, doubt)) {
    delivered.messages--;
    delivered.bytes -= messages[index].bodyBytes;
    delivered.notAsSent.add(index);
    groups.push({ records: draft.recordsOf(index), fault });
  }
  // In the end each record may be a message of its own. One permit for all of that, as each costs heartbeats.
  const more = groups.reduce((sum, { records }) => sum + records.length - 1, 0);
  if (more > 0) await options.beforeSplits(more);
  await split(groups, delivered, options, doubt);
  return delivered;
}

/** Records of a message that was refused. */
interface Group {
  readonly records: readonly RecordRef[];
  readonly fault: SinkFault;
}

async function split(
  waiting: Group[],
  delivered: Delivered,
  options: DeliverDraftOptions,
  doubt: Doubt | undefined,
): Promise<void> {
  for (let group = waiting.pop(); group; group = waiting.pop()) {
    if (group.records.length === 1) {
      delivered.refused.push({ record: group.records[0], fault: group.fault });
      continue;
    }
    const middle = group.records.length >> 1;
    const halves = [group.records.slice(0, middle), group.records.slice(middle)];
    const messages = halves.map(options.pack);
    const refused = await deliver(messages, options, doubt);
    for (const [index, half] of halves.entries()) {
      const again = refused.get(index);
      if (again) {
        waiting.push({ records: half, fault: again });
      } else {
        delivered.messages++;
        delivered.bytes += messages[index].bodyBytes;
      }
    }
  }
}
