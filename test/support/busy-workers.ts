import type { Client } from '@temporalio/client';

/** The processes that write the partitions of a run that are under way, or did so last: those that may have sent something. */
export async function busyWorkers(
  temporal: Client,
  { workflowId }: { readonly workflowId: string },
): Promise<(number | undefined)[]> {
  const { raw } = await temporal.workflow.getHandle(workflowId).describe();
  const writes = (raw.pendingActivities ?? []).filter(
    // Nothing is sent before a first heartbeat.
    ({ activityType, heartbeatDetails }) =>
      activityType?.name === 'writeBatch' && (heartbeatDetails?.payloads ?? []).length > 0,
  );
  return writes.map(({ lastWorkerIdentity }) => Number.parseInt(lastWorkerIdentity ?? '', 10));
}
