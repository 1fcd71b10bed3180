import type { FaultInfo } from './fault.js';
import type { Watermark } from './report.js';

/** What a write activity heartbeats: enough to resume it exactly and to show how far it is. */
export interface WriteHeartbeat {
  /** Index of the partition. */
  readonly partition: number;
  /** Name of the partition's input. */
  readonly input: string;
  readonly watermark: Watermark;
  /** Bytes of the source behind the watermark, for the progress bar; 0 where they can't be told. */
  readonly sourceBytes: number;
  /**
   * Messages that may have been sent beyond the watermark before the next heartbeat is recorded.
   * 0 once the activity has drained; otherwise what a crash may repeat, at most.
   */
  readonly ahead: number;
  /** The world's fault that the activity is waiting out just now. */
  readonly waitingFor?: FaultInfo;
}

/** The signal by which a run is told the last heartbeats that it has asked for. */
export const HEARTBEATS_SIGNAL = 'lastHeartbeats';

/** What it carries. */
export interface ToldHeartbeats {
  /** Which question of the run this answers. */
  readonly ask: number;
  readonly heartbeats: readonly WriteHeartbeat[];
}

/**
 * Where to go on after an attempt that did not end in good order: it may have sent more than its last heartbeat says. Of that
 * the attempt itself may have been in doubt about a part, because of one before it.
 */
export function afterCrash({ watermark, ahead }: WriteHeartbeat): Watermark {
  const { doubted = 0, duplicatesAtMost } = watermark;
  if (ahead === 0) return watermark;
  return {
    ...watermark,
    duplicatesAtMost: duplicatesAtMost + Math.max(0, ahead - doubted),
    doubted: Math.max(ahead, doubted),
  };
}

/** Whether a value, which may come from anybody, is enough of a heartbeat to go on from. */
export function isWriteHeartbeat(value: unknown): value is WriteHeartbeat {
  const { partition, ahead, watermark } = (value ?? {}) as Partial<WriteHeartbeat>;
  const { records, messages, bytes, retries, duplicatesAtMost, position } = watermark ?? {};
  const { read, written, dirty, filtered } = records ?? {};
  const numbers = [
    partition,
    ahead,
    messages,
    bytes,
    retries,
    duplicatesAtMost,
    read,
    written,
    dirty,
    filtered,
  ];
  return numbers.every(Number.isSafeInteger) && position !== undefined;
}
