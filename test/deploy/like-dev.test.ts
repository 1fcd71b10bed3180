import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ROCKETMQ_VERSION, TEMPORAL_HOLDS } from '../../src/dev/cache.js';
import { END_WHEN_FULL, LIGHT_JVM, OPEN_JDK } from '../../src/dev/java.js';
import { portsAt } from '../../src/dev/ports.js';
import { BROKER_PROMISES, LOGBACK, PROXY_PROMISES } from '../../src/dev/rocketmq-config.js';
import { SEARCH_ATTRIBUTES } from '../../src/job/search-attributes.js';
import { TASK_QUEUE } from '../../src/workflows/definitions.js';
import { compose, envFile, service } from './compose.js';
import { stages } from './dockerfile.js';

const ports = portsAt(0);
const java = ['namesrv', 'broker', 'proxy'] as const;

/** What RocketMQ's `name=value` files hold, as text. */
const settings = (file: string) => envFile(`docker/rocketmq/${file}`);

describe('the containers run the versions that the tests run against:', () => {
  it('Temporal, its tools and its UI', () => {
    expect(service('temporal').image).toBe(`temporalio/server:${TEMPORAL_HOLDS.server}`);
    for (const name of ['temporal-schema', 'temporal-setup']) {
      expect(service(name).image).toBe(`temporalio/admin-tools:${TEMPORAL_HOLDS.server}`);
    }
    expect(service('temporal-ui').image).toBe(`temporalio/ui:${TEMPORAL_HOLDS.ui}`);
  });

  it('RocketMQ, in every place that names it', () => {
    const pom = readFileSync('src/dev/rocketmq.pom.xml', 'utf8');
    expect(pom).toContain(`<rocketmq.version>${ROCKETMQ_VERSION}</rocketmq.version>`);
    for (const name of [...java, 'broker-volume', 'topics']) {
      const { image, environment, command = [] } = service(name);
      expect(image).toBe(`apache/rocketmq:${ROCKETMQ_VERSION}`);
      expect(environment?.ROCKETMQ_HOME).toBe(`/home/rocketmq/rocketmq-${ROCKETMQ_VERSION}`);
      const paths = command.filter((word) => word.endsWith('/lib/*'));
      expect(paths).toEqual(
        java.some((one) => one === name) ? [`/home/rocketmq/rocketmq-${ROCKETMQ_VERSION}/lib/*`] : [],
      );
    }
    // One variable moves them all.
    expect(JSON.stringify(compose({ ROCKETMQ_VERSION: '9.9.9' }))).not.toContain(ROCKETMQ_VERSION);
  });

  it('Rocketlift and Node', () => {
    expect(service('worker').image).toBe(`rocketlift:${packageJson.version}`);
    const numbers = (text: string | undefined) =>
      (/(\d+)\.(\d+)/.exec(text ?? '') ?? []).slice(1).map(Number);
    const [leastMajor, leastMinor] = numbers(packageJson.engines.node);
    const image = stages()[0]?.from;
    expect(image).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
    const [major, minor] = numbers(image);
    expect(major).toBe(leastMajor);
    expect(minor).toBeGreaterThanOrEqual(leastMinor);
  });
});

describe('as with "rocketlift dev"', () => {
  it('the same ports on this machine', () => {
    const published = Object.values(compose().services).flatMap((one) => one.ports ?? []);
    expect(published.map((port) => Number(port.split(':')[1])).sort()).toEqual(
      [ports.temporal, ports.temporalUi, ports.proxy].sort(),
    );
  });

  it('the same ports between the servers', () => {
    expect(settings('namesrv.conf').listenPort).toBe(String(ports.namesrv));
    expect(settings('broker.conf')).toMatchObject({
      listenPort: String(ports.broker),
      haListenPort: String(ports.brokerHa),
      namesrvAddr: `namesrv:${ports.namesrv}`,
      brokerIP1: 'broker',
    });
    expect(service('proxy').command).toContain(`namesrv:${ports.namesrv}`);
    expect(service('topics').environment?.NAMESRV_ADDR).toBe(`namesrv:${ports.namesrv}`);
    expect(service('worker').environment?.TEMPORAL_ADDRESS).toBe(`temporal:${ports.temporal}`);
    for (const [name, port] of [
      ['namesrv', ports.namesrv],
      ['broker', ports.broker],
      ['proxy', ports.proxy],
    ] as const) {
      expect(service(name).healthcheck?.test.at(-1)).toBe(`exec 3<>/dev/tcp/127.0.0.1/${port}`);
    }
  });

  it('the same promises of the broker', () => {
    const promises = Object.entries(BROKER_PROMISES).map(([name, value]) => [name, String(value)]);
    expect(settings('broker.conf')).toMatchObject(Object.fromEntries(promises));
    expect(service('topics').environment?.CLUSTER).toBe(BROKER_PROMISES.brokerClusterName);
  });

  it('the same promises of the proxy, but in cluster mode', () => {
    const proxy = JSON.parse(readFileSync('docker/rocketmq/proxy.json', 'utf8'));
    expect(proxy).toEqual({
      ...PROXY_PROMISES,
      proxyMode: 'CLUSTER',
      namesrvAddr: `namesrv:${ports.namesrv}`,
      grpcServerPort: ports.proxy,
      remotingListenPort: 8080,
    });
    const { command = [] } = service('proxy');
    expect(command.slice(command.indexOf('-pm'), command.indexOf('-pm') + 2)).toEqual(['-pm', 'cluster']);
  });

  it('the same Java options, and the same log', () => {
    for (const name of java) expect(service(name).command).toContain(END_WHEN_FULL);
    expect(service('namesrv').command).toEqual(expect.arrayContaining(['-Xmx256m', ...LIGHT_JVM]));
    for (const name of ['broker', 'proxy']) {
      expect(service(name).command).toEqual(expect.arrayContaining(['-Xms512m', '-Xmx512m']));
    }
    // As pairs here, as words with "=" in the variable, which is split at spaces.
    const opened = [0, 2].map((at) => `${OPEN_JDK[at]}=${OPEN_JDK[at + 1]}`).join(' ');
    for (const name of [...java, 'topics']) {
      expect(service(name).environment?.JDK_JAVA_OPTIONS).toBe(opened);
    }
    expect(readFileSync('docker/rocketmq/logback.xml', 'utf8')).toBe(LOGBACK);
  });

  it('the same search attributes, task queue and topic', () => {
    const attributes = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => `${name}=${type}`);
    expect(service('temporal-setup').environment?.SEARCH_ATTRIBUTES).toBe(attributes.join(' '));
    expect(service('worker').command).toContain(TASK_QUEUE);
    expect(service('topics').environment).toMatchObject({ TOPICS: 'orders', QUEUES: 8 });
  });
});
