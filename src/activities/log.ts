import { log } from '@temporalio/activity';
import type { Log } from '../rocketmq/transports.js';

/** The log of the activity that runs: its lines carry the workflow and the activity they belong to. */
export function activityLog(): Log {
  return (text) => log.debug(text);
}
