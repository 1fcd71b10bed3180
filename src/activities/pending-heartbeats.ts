import { Context } from '@temporalio/activity';
import { readPayload } from '../codec/read.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { HeartbeatsInput } from './types.js';

/** @see Activities.pendingHeartbeats */
export async function pendingHeartbeats({
  workflowId,
  runId,
}: HeartbeatsInput): Promise<readonly WriteHeartbeat[]> {
  const { client } = Context.current();
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const converter = client.options.loadedDataConverter;
  const heartbeats: WriteHeartbeat[] = [];
  for (const { activityType, heartbeatDetails } of raw.pendingActivities ?? []) {
    const payload = heartbeatDetails?.payloads?.[0];
    if (activityType?.name === 'writeBatch' && payload)
      heartbeats.push(await readPayload<WriteHeartbeat>(converter, payload));
  }
  return heartbeats;
}
