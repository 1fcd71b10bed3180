import { decodePendingActivityState, type WorkflowExecutionDescription } from '@temporalio/client';
import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { Session } from './session.js';

/** The activity that writes a partition, and the only one whose heartbeats are watermarks. */
const WRITE_BATCH = 'writeBatch';

/** An activity of a run that has not ended. */
export interface PendingActivity {
  readonly id: string;
  readonly type: string;
  /** Temporal's word: scheduled | started | cancel_requested | paused | pause_requested. */
  readonly state: string;
  /** From 1. */
  readonly attempt: number;
  /** Why the last attempt failed. */
  readonly lastFailure?: string;
  /** ISO 8601. */
  readonly lastHeartbeat?: string;
  /** What it heartbeat last, if it writes a partition. */
  readonly heartbeat?: WriteHeartbeat;
}

/** The pending activities of an execution, as the server described them. */
export function pendingActivities(
  session: Session,
  { raw }: WorkflowExecutionDescription,
): PendingActivity[] {
  const { payloadConverter } = session.client.options.loadedDataConverter;
  return (raw.pendingActivities ?? []).map((activity) => {
    const type = activity.activityType?.name ?? '';
    const details = activity.heartbeatDetails?.payloads?.[0];
    const failure = activity.lastFailure?.message;
    const seconds = activity.lastHeartbeatTime?.seconds;
    return {
      id: activity.activityId ?? '',
      type,
      state: (decodePendingActivityState(activity.state) ?? 'unknown').toLowerCase(),
      attempt: activity.attempt ?? 1,
      ...(failure && { lastFailure: failure }),
      ...(seconds && { lastHeartbeat: new Date(Number(seconds) * 1000).toISOString() }),
      ...(type === WRITE_BATCH &&
        details && { heartbeat: payloadConverter.fromPayload<WriteHeartbeat>(details) }),
    };
  });
}
