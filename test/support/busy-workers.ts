import type { Client } from '@temporalio/client';

/** The processes that write the partitions of a run that are under way, or did so last. */
export async function busyWorkers(
  temporal: Client,
  { workflowId }: { readonly workflowId: string },
): Promise<(number | undefined)[]> {
  const { raw } = await temporal.workflow.getHandle(workflowId).describe();
  const writes = (raw.pendingActivities ?? []).filter(
    ({ activityType }) => activityType?.name === 'writeBatch',
  );
  return writes.map(({ lastWorkerIdentity }) => Number.parseInt(lastWorkerIdentity ?? '', 10));
}
