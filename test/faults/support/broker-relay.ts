import type { Stack } from '../../../src/dev/stack.js';
import type { JobInput } from '../../../src/job/schema/job.js';
import { FrameRelay, withOtherBrokers } from '../../support/frame-relay.mjs';
import { Relay } from './relay.js';

/** A relay between a run and a broker, and the sink of a job that goes through it. */
export interface BrokerRelay {
  readonly relay: Relay;
  readonly sink: Partial<JobInput['sink']>;
  close(): Promise<void>;
}

/** A route names the broker's own address: the name server has a relay too, that names the other relay instead. */
export async function openBrokerRelay({
  rocketmq: { brokerAddr, namesrvAddr },
}: Stack): Promise<BrokerRelay> {
  const relay = await Relay.open(brokerAddr);
  const rename = withOtherBrokers(() => ({ [brokerAddr]: relay.address }));
  const names = await FrameRelay.open(namesrvAddr, rename);
  return {
    relay,
    sink: { namesrvAddr: names.address, transport: 'nameserver' },
    async close() {
      await names.close();
      await relay.close();
    },
  };
}
