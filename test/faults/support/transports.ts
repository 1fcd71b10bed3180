import type { Stack } from '../../../src/dev/stack.js';
import type { JobInput } from '../../../src/job/schema/job.js';

/** The ways to reach RocketMQ; faults that lie between it and a run are tried with each. */
export const TRANSPORTS = ['proxy', 'nameserver'] as const;
export type FaultTransport = (typeof TRANSPORTS)[number];

/** Where RocketMQ is, by a transport. */
export function sinkOf(transport: FaultTransport, { rocketmq }: Stack): Partial<JobInput['sink']> {
  const { endpoints, namesrvAddr } = rocketmq;
  return transport === 'proxy' ? { endpoints } : { namesrvAddr, transport };
}
