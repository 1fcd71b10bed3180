import { Context } from '@temporalio/activity';
import { readPayload } from '../codec/read.js';
import { HEARTBEATS_SIGNAL, type ToldHeartbeats, type WriteHeartbeat } from '../job/heartbeat.js';
import type { HeartbeatsInput } from './types.js';

/** @see Activities.pendingHeartbeats */
export async function pendingHeartbeats({ workflowId, runId, ask }: HeartbeatsInput): Promise<void> {
  const { client } = Context.current();
  const handle = client.workflow.getHandle(workflowId, runId);
  const { raw } = await handle.describe();
  const converter = client.options.loadedDataConverter;
  const heartbeats: WriteHeartbeat[] = [];
  for (const { activityType, heartbeatDetails } of raw.pendingActivities ?? []) {
    const payload = heartbeatDetails?.payloads?.[0];
    if (activityType?.name === 'writeBatch' && payload)
      heartbeats.push(await readPayload<WriteHeartbeat>(converter, payload));
  }
  await handle.signal<[ToldHeartbeats]>(HEARTBEATS_SIGNAL, { ask, heartbeats });
}
