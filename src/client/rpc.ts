import { isGrpcServiceError, NamespaceNotFoundError } from '@temporalio/client';
import { Fault, userFault, worldFault } from '../job/fault.js';
import type { Session } from './session.js';

/** The gRPC status codes that something is done about. */
export const GRPC = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Whether a request came to its time limit. The server may say so first, and then calls it cancelled. */
export function isTimeout(error: unknown): boolean {
  const code = grpcCode(error);
  return code === GRPC.DEADLINE_EXCEEDED || code === GRPC.CANCELLED;
}

/** How long Temporal may take for an ordinary answer. */
const TIMEOUT_MS = 10_000;

/**
 * One request to Temporal, or a few, within a time limit.
 * @throws Fault where Temporal can't be reached or does not let us in; other errors as the SDK throws them
 */
export async function call<T>(
  session: Session,
  request: () => Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  try {
    return await session.connection.withDeadline(Date.now() + timeoutMs, request);
  } catch (error) {
    throw temporalFault(error, session.address) ?? error;
  }
}

/** The gRPC status code of an error that the SDK threw, wrapped or not. */
export function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  const cause = error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

/** The fault of a request that Temporal did not answer as asked; undefined for answers about a workflow. */
export function temporalFault(error: unknown, address: string): Fault | undefined {
  if (error instanceof Fault) return error;
  if (error instanceof NamespaceNotFoundError) {
    return userFault(
      'namespace_not_found',
      `The Temporal server at ${address} has no namespace "${error.namespace}".`,
      'Set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create.',
    );
  }
  switch (grpcCode(error)) {
    case GRPC.UNAVAILABLE:
    case GRPC.DEADLINE_EXCEEDED:
    case GRPC.CANCELLED:
      return unreachable(address);
    case GRPC.PERMISSION_DENIED:
    case GRPC.UNAUTHENTICATED:
      return worldFault(
        'temporal_denied',
        `The Temporal server at ${address} does not let this client in.`,
        'Check TEMPORAL_API_KEY, the TLS settings and the namespace of the profile.',
      );
    default:
      return undefined;
  }
}

/** Without a cause: what gRPC says may hold metadata, and adds nothing that a user could act on. */
export function unreachable(address: string): Fault {
  return worldFault(
    'temporal_unreachable',
    `The Temporal server at ${address} does not answer.`,
    'Start one with `rocketlift dev up`, or say where it is with TEMPORAL_ADDRESS or TEMPORAL_PROFILE.',
  );
}
