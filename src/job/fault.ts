/**
 * Whose fault an error is, which alone decides what happens next:
 * - `record`: the record can't become a message. It is dirty; the rest goes on.
 * - `world`: servers, networks, disks. Tried again for `settings.retryFor`.
 * - `user`: the job file, the input, the topic, the permissions. The run ends at once and says what to mend.
 */
export type FaultKind = 'record' | 'world' | 'user';

/** What a failure says of itself, in history, in a report and on a terminal. Plain data: it crosses processes. */
export interface FaultInfo {
  /** Stable, for scripts: lower case words joined by `_`, such as `topic_not_found`. */
  readonly code: string;
  readonly fault: FaultKind;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly mend: string;
}

/** An error that knows whose fault it is. Everything that may reach a user is one of these. */
export class Fault extends Error implements FaultInfo {
  override readonly name = 'Fault';
  readonly code: string;
  readonly fault: FaultKind;
  readonly mend: string;

  constructor(info: FaultInfo, options?: ErrorOptions) {
    super(info.message, options);
    this.code = info.code;
    this.fault = info.fault;
    this.mend = info.mend;
  }
}

/** The fault as plain data, without stack or cause (a cause may hold what must not be shown). */
export function faultInfo({ code, fault, message, mend }: FaultInfo): FaultInfo {
  return { code, fault, message, mend };
}

export const userFault = (code: string, message: string, mend: string, cause?: unknown): Fault =>
  new Fault({ code, fault: 'user', message, mend }, { cause });

export const worldFault = (code: string, message: string, mend: string, cause?: unknown): Fault =>
  new Fault({ code, fault: 'world', message, mend }, { cause });

/** Why a record can't become a message. */
export interface RecordFault {
  /** Stable, for scripts, such as `not_an_integer`. */
  readonly code: string;
  /** A sentence for a human. Names columns and positions, never the value itself: it is logged. */
  readonly message: string;
}

/** The code of messages that are stored, and not as safe as the job wants them: the run is held. */
export const NOT_SAFE = 'rocketmq_not_safe';

export const isNotSafe = ({ code }: FaultInfo): boolean => code === NOT_SAFE;
