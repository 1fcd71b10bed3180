import type { RunRef } from './run-ref.js';

/** What is needed of a session for a link. */
interface Place {
  readonly address: string;
  readonly namespace: string;
}

/**
 * The run's page in the Temporal UI. The UI is looked for at TEMPORAL_UI (`http://host:port`), or beside a local server,
 * 1000 ports above it, as `temporal server start-dev` and `rocketlift dev` put it. Undefined where nobody knows.
 */
export function uiLink(
  { address, namespace }: Place,
  { workflowId, runId }: RunRef,
  base = process.env.TEMPORAL_UI,
): string | undefined {
  const ui = base || localUi(address);
  if (ui === undefined) return undefined;
  const path = ['namespaces', namespace, 'workflows', workflowId, runId].map(encodeURIComponent);
  return `${ui.replace(/\/+$/, '')}/${path.join('/')}`;
}

function localUi(address: string): string | undefined {
  const match = /^(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address);
  return match
    ? `http://${match[1] === 'localhost' ? '127.0.0.1' : match[1]}:${Number(match[2]) + 1000}`
    : undefined;
}
