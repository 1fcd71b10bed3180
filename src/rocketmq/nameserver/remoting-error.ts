/**
 * Why a request has no answer:
 * - `unreachable`: there is no connection, and the request never left;
 * - `lost`: the connection ended before the answer came;
 * - `timeout`: no answer in time;
 * - `not_a_frame`: what came is not of RocketMQ.
 */
export type RemotingErrorKind = 'unreachable' | 'lost' | 'timeout' | 'not_a_frame';

/** A request without an answer. */
export class RemotingError extends Error {
  override readonly name = 'RemotingError';
  readonly kind: RemotingErrorKind;

  constructor(kind: RemotingErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** An answer that says no. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: number;

  constructor(code: number, remark: string) {
    super(remark);
    this.code = code;
  }
}

/** Whether an error is something that servers or networks did, and not a mistake of this program. */
export const isOfRocketMQ = (error: unknown): error is RemotingError | RefusedError =>
  error instanceof RemotingError || error instanceof RefusedError;
