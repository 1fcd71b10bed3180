import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { cacheFolder } from '../../../src/dev/cache.js';
import { freeOffset, portsAt } from '../../../src/dev/ports.js';
import { ask, REQUEST } from '../../../src/dev/remoting.js';
import { rocketmqJars } from '../../../src/dev/rocketmq-jars.js';
import { type Stack, type StackState, stackPaths, toStack } from '../../../src/dev/stack.js';
import { temporalCommand, temporalReady } from '../../../src/dev/temporal.js';
import { temporalBinary } from '../../../src/dev/temporal-binary.js';
import { MARKER_TOPIC } from '../../support/topic-reader.js';
import { until } from '../../support/until.js';
import { brokerCommand, namesrvCommand } from './cluster-commands.js';
import { answersRoutes, isThere, routeText } from './cluster-looks.js';
import { ClusterServer } from './cluster-server.js';

/** Between the ports of one half and those of the other. */
const HALF = 20;
const QUEUES = 8;
const STARTS_WITHIN_MS = 120_000;
const READ_WRITE = 6;

/** A name server and a broker: a cluster has two of each, and each broker tells both name servers of itself. */
export interface Half {
  readonly namesrv: ClusterServer;
  readonly broker: ClusterServer;
  readonly brokerName: string;
  /** The same as those who read topics know it: its broker alone. */
  readonly stack: Stack;
}

/** Two brokers, two name servers, and a Temporal. */
export class Cluster {
  readonly halves: readonly [Half, Half];
  readonly #temporal: ClusterServer;
  /** Whom a broker tells of itself, by its name. @default both */
  readonly #told = new Map<string, string>();

  constructor(
    folder: string,
    offset: number,
    { jars, temporalBinary }: Pick<StackState, 'jars' | 'temporalBinary'>,
  ) {
    const stateAt = (portOffset: number): StackState => ({
      ...{ ports: portsAt(portOffset), portOffset, jars, temporalBinary },
      ...{ temporalFlags: [], topics: [], processes: {} },
    });
    const half = (name: string, state: StackState): Half => {
      const stack = toStack(join(folder, name), state);
      const { namesrvAddr, brokerAddr } = stack.rocketmq;
      const brokerName = `broker-${name}`;
      const server = (what: string) => ({ folder: join(folder, name, what), ports: state.ports, jars });
      const tells = () => this.#told.get(brokerName) ?? this.namesrvAddr;
      return {
        namesrv: new ClusterServer(namesrvAddr, () => namesrvCommand(server('namesrv'))),
        broker: new ClusterServer(brokerAddr, () =>
          brokerCommand({ ...server('broker'), brokerName, namesrvAddr: tells() }),
        ),
        brokerName,
        stack,
      };
    };
    const first = stateAt(offset);
    this.halves = [half('a', first), half('b', stateAt(offset + HALF))];
    const { stack } = this.halves[0];
    this.#temporal = new ClusterServer(stack.temporal.address, async () => {
      const paths = stackPaths(stack.stateDir);
      await mkdir(paths.logs, { recursive: true });
      return await temporalCommand(paths, first);
    });
  }

  /** Of both name servers. */
  get namesrvAddr(): string {
    return this.halves.map(({ namesrv }) => namesrv.address).join(';');
  }

  /** As those who read topics know them. */
  get stacks(): readonly Stack[] {
    return this.halves.map(({ stack }) => stack);
  }

  async startTemporal(): Promise<void> {
    await this.#temporal.start();
    const check = () => this.#temporal.requireAlive();
    await temporalReady(this.halves[0].stack.ports, { deadline: Date.now() + STARTS_WITHIN_MS, check });
  }

  /** Starts what does not run, and waits until every name server knows every broker that tells it of itself, fit to be written to. */
  async heal(): Promise<void> {
    for (const { namesrv } of this.halves) await namesrv.start();
    for (const { namesrv } of this.halves) await until(() => answersRoutes(namesrv.address));
    for (const { broker } of this.halves) await broker.start();
    for (const half of this.halves) await this.#isKnown(half);
  }

  /** Starts both brokers anew, of which each tells one name server only, or both. */
  async restartBrokers(told: 'one each' | 'both'): Promise<void> {
    for (const { broker, namesrv, brokerName } of this.halves) {
      await broker.end();
      if (told === 'both') this.#told.delete(brokerName);
      else this.#told.set(brokerName, namesrv.address);
    }
    // What a name server knew of a broker it forgets when it is gone; started anew, it never knew.
    for (const { namesrv } of this.halves) await namesrv.end();
    await this.heal();
  }

  /** What a broker lets be done with all of its topics: 6 is to write and read, 4 to read alone. */
  async permit({ broker }: Half, permission: 4 | 6): Promise<void> {
    const { code } = await ask(
      broker.address,
      REQUEST.updateBrokerConfig,
      {},
      { body: `brokerPermission=${permission}` },
    );
    if (code !== 0) throw new Error(`broker ${broker.address} does not take a permission: ${code}`);
  }

  /** An empty topic with eight queues on each broker, which those name servers know that are told. */
  async topic(): Promise<string> {
    const topic = `t-${randomUUID()}`;
    for (const half of this.halves) await this.#createTopic(half, topic);
    return topic;
  }

  async end(): Promise<void> {
    const servers = [this.#temporal, ...this.halves.flatMap(({ namesrv, broker }) => [namesrv, broker])];
    await Promise.all(servers.map((server) => server.end()));
  }

  async #isKnown(half: Half): Promise<void> {
    await until(async () => {
      await half.broker.requireAlive();
      return isThere(half.broker.address);
    });
    await this.#createTopic(half, MARKER_TOPIC);
  }

  async #createTopic(half: Half, topic: string): Promise<void> {
    const fields = {
      topic,
      defaultTopic: topic,
      readQueueNums: QUEUES,
      writeQueueNums: QUEUES,
      perm: READ_WRITE,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      attributes: '+message.type=NORMAL',
    };
    const { code, remark } = await ask(half.broker.address, REQUEST.updateTopic, fields);
    if (code !== 0) throw new Error(`topic ${topic} is not made: ${remark}`);
    const told = (this.#told.get(half.brokerName) ?? this.namesrvAddr).split(';');
    await until(async () => {
      const routes = await Promise.all(told.map((address) => routeText(address, topic)));
      if (routes.every((route) => route.includes(`"${half.brokerName}"`))) return true;
      // By itself it tells name servers that came back of its topics within half a minute.
      await this.permit(half, READ_WRITE);
      return false;
    });
  }
}

/** A cluster for the tests of one file; whole before each of them. */
export function useCluster(): () => Cluster {
  let folder: string;
  let cluster: Cluster;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketlift-cluster-'));
    const fetch = { cache: cacheFolder(), onStep() {} };
    const found = { jars: await rocketmqJars(fetch), temporalBinary: await temporalBinary(fetch) };
    let offset = await freeOffset(0);
    while ((await freeOffset(offset + HALF)) !== offset + HALF) offset = await freeOffset(offset + 2 * HALF);
    cluster = new Cluster(folder, offset, found);
    await cluster.startTemporal();
  });
  beforeEach(() => cluster.heal());
  afterAll(async () => {
    await cluster.end();
    await rm(folder, { recursive: true, force: true });
  });
  return () => cluster;
}
