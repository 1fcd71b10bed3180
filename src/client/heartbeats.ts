import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { PendingActivity } from './activities.js';

/** The heartbeats among activities: one for each partition that is being written and has heartbeat. */
export function heartbeatsOf(activities: readonly PendingActivity[]): WriteHeartbeat[] {
  return activities.flatMap(({ heartbeat }) => (heartbeat ? [heartbeat] : []));
}
