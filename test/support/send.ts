import { REQUEST, RemotingConnection } from './remoting.js';

/** Sends messages as some other program does: bodies alone, and what properties there are. Resolves when they are stored. */
export async function send(
  broker: string,
  topic: string,
  {
    queue = 0,
    bodies,
    properties = {},
  }: {
    readonly queue?: number;
    readonly bodies: readonly string[];
    readonly properties?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const connection = await RemotingConnection.open(broker);
  const text = Object.entries(properties)
    .map(([name, value]) => `${name}\u0001${value}\u0002`)
    .join('');
  try {
    for (const body of bodies) {
      const fields = {
        producerGroup: 'another-program',
        topic,
        defaultTopic: 'TBW102',
        defaultTopicQueueNums: 8,
        queueId: queue,
        sysFlag: 0,
        bornTimestamp: Date.now(),
        flag: 0,
        properties: text,
        reconsumeTimes: 0,
        unitMode: 'false',
        maxReconsumeTimes: 0,
        batch: 'false',
      };
      const { code, remark, extFields } = await connection.ask(REQUEST.sendV1, fields, Buffer.from(body));
      if (code !== 0) throw new Error(`not taken: ${code} ${remark}`);
      // It is acknowledged before it can be counted.
      const at = Number(extFields?.queueOffset);
      const max = async () =>
        Number((await connection.ask(REQUEST.maxOffset, { topic, queueId: queue })).extFields?.offset);
      while ((await max()) <= at) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    connection.close();
  }
}
