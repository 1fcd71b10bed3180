import type { Client } from '@temporalio/client';
import type { Stack } from '../../src/dev/stack.js';
import { until } from '../support/until.js';

/**
 * All that Temporal holds of a workflow and its chain, as text: histories, memos and descriptions, by gRPC and as the UI's HTTP
 * interface gives them, with the bytes of payloads read as text.
 */
export async function heldByTemporal(temporal: Client, stack: Stack, workflowId: string): Promise<string> {
  const { workflowService } = temporal;
  const query = `WorkflowId = '${workflowId}'`;
  // The list lags behind. It is asked past the client, which would read the memos.
  const listed = await until(async () => {
    const answer = await workflowService.listWorkflowExecutions({ namespace: 'default', query });
    return answer.executions.length > 0 && answer;
  });
  const parts = [texts(listed)];
  for (const { execution } of listed.executions) {
    const runId = execution?.runId ?? '';
    parts.push(texts(await temporal.workflow.getHandle(workflowId, runId).fetchHistory()));
    const request = { namespace: 'default', execution: { workflowId, runId } };
    parts.push(texts(await workflowService.describeWorkflowExecution(request)));
    const base = `${stack.temporal.ui}/api/v1/namespaces/default/workflows/${encodeURIComponent(workflowId)}`;
    for (const path of [
      `?execution.runId=${runId}`,
      `/history?execution.runId=${runId}&maximumPageSize=1000`,
    ]) {
      parts.push(texts(await json(`${base}${path}`)));
    }
  }
  return parts.join('\n');
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return await response.json();
}

/** Every text in a value, and what bytes and base64 in it say. */
function texts(value: unknown): string {
  if (typeof value === 'string') return `${value}\n${Buffer.from(value, 'base64').toString()}`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${texts(inner)}`)
    .join('\n');
}
