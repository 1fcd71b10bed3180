import { delayNotEnabled } from '../fault-rules.js';
import { type FaultContext, faultByRule } from '../faults.js';
import { brokerSettings } from './broker-answers.js';
import type { Connections } from './connections.js';

/**
 * Requires of brokers that they deliver messages at a given time, where that is what is sent. One of 4.x knows of no such
 * time: it would deliver at once, and not say so. One that won't tell is taken to do.
 * @param addresses of masters, `host:port`
 * @throws SinkFault the user's `delay_not_enabled`; RemotingError, RefusedError
 */
export async function requireDelays(
  connections: Connections,
  addresses: readonly string[],
  context: FaultContext,
): Promise<void> {
  if (context.messageType !== 'DELAY') return;
  const told = await Promise.all(addresses.map((address) => brokerSettings(connections, address)));
  const without = addresses.find((_, index) => told[index].deliversLater === false);
  if (without === undefined) return;
  throw faultByRule(delayNotEnabled, `timerWheelEnable is not set on ${without}`, context);
}
