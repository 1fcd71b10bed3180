import type { RunRef } from './run-ref.js';

/** What is needed of a session for a link. */
interface Place {
  readonly address: string;
  readonly namespace: string;
}

/** The run's page in the Temporal UI. Undefined where nobody knows. */
export function uiLink(
  place: Place,
  { workflowId, runId }: RunRef,
  base = process.env.TEMPORAL_UI,
): string | undefined {
  return link(place, ['workflows', workflowId, runId], base);
}

/** The schedule's page in the Temporal UI. Undefined where nobody knows. */
export function scheduleUiLink(
  place: Place,
  job: string,
  base = process.env.TEMPORAL_UI,
): string | undefined {
  return link(place, ['schedules', job], base);
}

/**
 * The UI is looked for at TEMPORAL_UI (`http://host:port`), or beside a local server, 1000 ports above it, as `temporal
 * server start-dev` and `rocketlift dev` put it.
 */
function link(
  { address, namespace }: Place,
  page: readonly string[],
  base: string | undefined,
): string | undefined {
  const ui = base || localUi(address);
  if (ui === undefined) return undefined;
  const path = ['namespaces', namespace, ...page].map(encodeURIComponent);
  return `${ui.replace(/\/+$/, '')}/${path.join('/')}`;
}

function localUi(address: string): string | undefined {
  const match = /^(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address);
  return match
    ? `http://${match[1] === 'localhost' ? '127.0.0.1' : match[1]}:${Number(match[2]) + 1000}`
    : undefined;
}
