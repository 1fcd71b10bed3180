import { decodePendingActivityState, type WorkflowExecutionDescription } from '@temporalio/client';
import { readMessage, readPayload } from '../codec/read.js';
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
export async function pendingActivities(
  session: Session,
  { raw }: WorkflowExecutionDescription,
): Promise<PendingActivity[]> {
  const converter = session.client.options.loadedDataConverter;
  const described = (raw.pendingActivities ?? []).map(async (activity) => {
    const type = activity.activityType?.name ?? '';
    const details = activity.heartbeatDetails?.payloads?.[0];
    const failure = activity.lastFailure && (await readMessage(converter, activity.lastFailure));
    const seconds = activity.lastHeartbeatTime?.seconds;
    return {
      id: activity.activityId ?? '',
      type,
      state: (decodePendingActivityState(activity.state) ?? 'unknown').toLowerCase(),
      attempt: activity.attempt ?? 1,
      ...(failure && { lastFailure: failure }),
      ...(seconds && { lastHeartbeat: new Date(Number(seconds) * 1000).toISOString() }),
      ...(type === WRITE_BATCH &&
        details && { heartbeat: await readPayload<WriteHeartbeat>(converter, details) }),
    };
  });
  return await Promise.all(described);
}
