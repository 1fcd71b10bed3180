// Records what golden.test.ts reads: `npm run build && node test/rocketmq/nameserver/recorded/record.mjs`.
// Frames of RocketMQ's own Java client and of real servers, byte by byte. Run it once for every RocketMQ that is to be spoken to.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { javaCommand, ROCKETMQ_VERSION } from '../../../../dist/dev/cache.js';
import { down } from '../../../../dist/dev/down.js';
import { OPEN_JDK } from '../../../../dist/dev/java.js';
import { createTopic } from '../../../../dist/dev/topics.js';
import { up } from '../../../../dist/dev/up.js';
import { FrameRelay, withOtherBrokers } from '../../../support/frame-relay.mjs';

const TOPIC = 'recorded';
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @type {{ request: Buffer, answer?: Buffer }[]} */
const exchanges = [];

/** @param {Buffer} frame */
const headerOf = (frame) => JSON.parse(frame.toString('utf8', 8, 8 + frame.readUIntBE(5, 3)));

/**
 * @param {Buffer} frame
 * @param {import('../../../support/frame-relay.mjs').Side} from
 */
function keep(frame, from) {
  if (from === 'client') exchanges.push({ request: Buffer.from(frame) });
  else {
    const { opaque } = headerOf(frame);
    const exchange = exchanges.findLast((each) => !each.answer && headerOf(each.request).opaque === opaque);
    if (exchange) exchange.answer = Buffer.from(frame);
  }
  return frame;
}

/**
 * Asks by itself what the Java client does not.
 * @param {string} address
 * @param {number} code
 * @param {Record<string, string>} extFields
 * @param {Buffer} [body]
 */
async function ask(address, code, extFields, body = Buffer.alloc(0)) {
  const opaque = 1_000_000 + exchanges.length;
  const header = Buffer.from(
    JSON.stringify({ code, language: 'OTHER', version: 0, opaque, flag: 0, extFields }),
  );
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(4 + header.length + body.length, 0);
  lengths.writeUInt32BE(header.length, 4);
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.write(Buffer.concat([lengths, header, body]));
  for await (const _ of socket) {
    if (exchanges.at(-1)?.answer) break;
  }
}

/**
 * @param {number} code
 * @param {(request: { extFields?: Record<string, string> }) => boolean} [also]
 */
function recorded(code, also = () => true) {
  const found = exchanges.find(({ request }) => {
    const header = headerOf(request);
    return header.code === code && also(header);
  });
  if (!found?.answer) throw new Error(`no exchange of code ${code} was recorded`);
  return { request: found.request.toString('base64'), answer: found.answer.toString('base64') };
}

const folder = await mkdtemp(join(tmpdir(), 'rocketlift-record-'));
const stack = await up({ stateDir: folder, portOffset: 'auto' });
const { brokerAddr, namesrvAddr, jars } = stack.rocketmq;
const broker = await FrameRelay.open(brokerAddr, keep);
const rename = withOtherBrokers(() => ({ [brokerAddr]: broker.address }));
const namesrv = await FrameRelay.open(namesrvAddr, (frame, from) => rename(keep(frame, from), from));
try {
  await createTopic(stack, TOPIC, { queues: 4 });
  const args = [...OPEN_JDK, `-Duser.home=${folder}`, '-cp', join(jars, '*'), here('Send.java')];
  await promisify(execFile)(javaCommand(), [...args, namesrv.address, TOPIC]);
  await ask(namesrv.address, 105, { topic: TOPIC, acceptStandardJsonOnly: 'true' });
  const queue = {
    a: 'recorded',
    b: TOPIC,
    c: TOPIC,
    d: '0',
    e: '2147483647',
    f: '0',
    g: '0',
    h: '0',
    j: '0',
  };
  await ask(broker.address, 310, { ...queue, i: '', k: 'false', l: '0', m: 'false' }, Buffer.from('?'));
  await ask(
    broker.address,
    310,
    { ...queue, b: 'no-such', i: '', k: 'false', l: '0', m: 'false' },
    Buffer.from('?'),
  );
  await ask(broker.address, 12, {
    topic: TOPIC,
    key: 'no-such-key',
    maxNum: '1',
    beginTimestamp: '0',
    endTimestamp: String(Date.now()),
  });
  await ask(broker.address, 30, { topic: TOPIC, queueId: '0' });

  const isOf =
    (/** @type {string} */ topic) =>
    (/** @type {{ extFields?: Record<string, string> }} */ { extFields }) =>
      extFields?.topic === topic;
  const golden = {
    rocketmq: ROCKETMQ_VERSION,
    topic: TOPIC,
    brokerAddr,
    byJava: {
      route: recorded(105, isOf(TOPIC)),
      routeMissing: recorded(105, isOf(`${TOPIC}-missing`)),
      heartbeat: recorded(34),
      send: recorded(310, ({ extFields }) => extFields?.a === 'recorded' && extFields.e !== queue.e),
      sendBatch: recorded(320),
    },
    answers: {
      route: recorded(105, ({ extFields = {} }) => extFields.acceptStandardJsonOnly === 'true'),
      sendToNoQueue: recorded(310, ({ extFields }) => extFields?.b === TOPIC && extFields.e === queue.e),
      sendToNoTopic: recorded(310, ({ extFields }) => extFields?.b === 'no-such'),
      queryNotFound: recorded(12),
      maxOffset: recorded(30),
    },
  };
  await writeFile(here('golden.json'), `${JSON.stringify(golden, null, 2)}\n`);
} finally {
  await namesrv.close();
  await broker.close();
  await down(folder, { signal: 'SIGKILL' });
  await rm(folder, { recursive: true, force: true });
}
