import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { compose, envFile, type Service, service, variables, withoutVariables } from './compose.js';

const { services, volumes } = compose();
const all = Object.entries(services);
const oneShots = all.filter(([, { restart }]) => restart?.startsWith('on-failure'));
const servers = all.filter(([, { restart }]) => !restart?.startsWith('on-failure'));

/** The parts of `HOST:CONTAINER[:ro]`. */
const mounts = ({ volumes = [] }: Service) =>
  volumes.map((volume) => volume.split(':') as [source: string, target: string, access?: string]);

describe('docker-compose.yml', () => {
  it('is valid by the Compose schema', () => {
    const folder = join(createRequire(import.meta.url).resolve('dclint/package.json'), '..');
    // It names its language in a way that Ajv does not know: draft-07, which is what Ajv takes anyway.
    const { $schema: _, ...schema } = JSON.parse(
      readFileSync(join(folder, 'schemas', 'compose.schema.json'), 'utf8'),
    );
    const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
    validate(compose());
    expect(validate.errors).toBeNull();
  });

  it('has a default for every variable, the same everywhere, which .env.example tells', () => {
    expect(withoutVariables()).not.toContain('${');
    const defaults = [...variables()].map(([name, values]) => [name, [...values]]);
    const told = Object.entries(envFile('.env.example')).map(([name, value]) => [name, [value]]);
    expect(Object.fromEntries(defaults)).toEqual(Object.fromEntries(told));
  });

  it('starts the servers alone, and a worker where it is asked for', () => {
    const behindProfiles = all.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name);
    expect(behindProfiles.sort()).toEqual(['dirty-folder', 'worker']);
    for (const name of behindProfiles) expect(service(name).profiles).toEqual(['worker']);
  });

  it.each(all.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port])))(
    'publishes %s on loopback only: %s',
    (_, port) => expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/),
  );

  it('lets ports be moved', () => {
    const moved = compose({ TEMPORAL_PORT: '17233', TEMPORAL_UI_PORT: '18233', PROXY_PORT: '18081' });
    expect(service('temporal', moved).ports).toEqual(['127.0.0.1:17233:7233']);
    expect(service('temporal-ui', moved).ports).toEqual(['127.0.0.1:18233:8080']);
    expect(service('proxy', moved).ports).toEqual(['127.0.0.1:18081:8081']);
    expect(service('worker', moved).environment?.TEMPORAL_UI).toBe('http://127.0.0.1:18233');
  });

  it.each(servers)('%s is a server: a health check, a memory limit, restarts, bounded logs', (_, server) => {
    expect(server.healthcheck?.test[0]).toBe('CMD');
    expect(server.mem_limit).toMatch(/^\d+[mg]$/);
    expect(server.restart).toBe('unless-stopped');
    expect(server.logging).toEqual({ driver: 'local', options: { 'max-size': '10m', 'max-file': '5' } });
  });

  it.each(oneShots)('%s ends: somebody waits for that, and it is tried again', (name, oneShot) => {
    expect(oneShot.healthcheck).toBeUndefined();
    const waiting = all.filter(([, { depends_on = {} }]) => depends_on[name]);
    expect(waiting.length).toBeGreaterThan(0);
    for (const [, { depends_on = {} }] of waiting) {
      expect(depends_on[name]).toEqual({ condition: 'service_completed_successfully' });
    }
    expect(oneShot.logging).toBeDefined();
  });

  it.each(servers)('whoever needs %s waits until it is healthy', (name) => {
    for (const [, { depends_on = {} }] of all) {
      if (depends_on[name]) expect(depends_on[name]).toEqual({ condition: 'service_healthy' });
    }
  });

  it('has every service that is waited for', () => {
    const needed = all.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
    expect(needed.filter((name) => !(name in services))).toEqual([]);
  });

  it('has every file and volume that is mounted, and every script that is run', () => {
    const sources = all.flatMap(([, one]) => mounts(one).map(([source]) => source));
    const named = sources.filter((source) => !/^[./]/.test(source));
    expect([...new Set(named)].sort()).toEqual(Object.keys(volumes).sort());
    const folders = sources.filter((source) => source.startsWith('./docker/'));
    expect(folders.length).toBeGreaterThan(0);
    for (const folder of folders) expect(existsSync(folder), folder).toBe(true);
    for (const [name, one] of all) {
      for (const path of filesNamedIn(one)) {
        const [source, target] = mounts(one).find(([, target]) => path.startsWith(`${target}/`)) ?? [];
        expect(target, `${path} of ${name} lies in no mounted folder`).toBeDefined();
        expect(existsSync(path.replace(target!, source!)), path).toBe(true);
      }
    }
  });

  it('keeps what must survive a restart in volumes', () => {
    expect(mounts(service('postgresql'))).toContainEqual(['postgresql', '/var/lib/postgresql/data']);
    expect(mounts(service('broker'))).toContainEqual(['broker', '/home/rocketmq/store']);
  });

  it('gives the worker the input to read, where the host has it if that is wanted', () => {
    expect(mounts(service('worker'))[0]).toEqual(['./data/input', '/data/input', 'ro']);
    const moved = compose({ INPUT_DIR: '/srv/in', INPUT_PATH: '/srv/in' });
    expect(mounts(service('worker', moved))[0]).toEqual(['/srv/in', '/srv/in', 'ro']);
  });

  it('gives the worker a folder for dirty records that its user may write to', () => {
    const defaults = { WORKER_USER: '1000:1000', DIRTY_DIR: './data/dirty', DIRTY_PATH: '/data/dirty' };
    const moved = { WORKER_USER: '4711:100', DIRTY_DIR: '/srv/dirty', DIRTY_PATH: '/srv/dirty' };
    for (const { WORKER_USER, DIRTY_DIR, DIRTY_PATH } of [defaults, moved]) {
      const made = compose({ WORKER_USER, DIRTY_DIR, DIRTY_PATH });
      expect(service('worker', made).user).toBe(WORKER_USER);
      expect(mounts(service('worker', made))[1]).toEqual([DIRTY_DIR, DIRTY_PATH]);
      const giving = service('dirty-folder', made);
      expect(mounts(giving)).toEqual([[DIRTY_DIR, DIRTY_PATH]]);
      expect(giving.user).toBe('0:0');
      expect([...giving.entrypoint!, ...giving.command!]).toEqual(['chown', WORKER_USER, DIRTY_PATH]);
    }
    expect(service('worker').volumes?.[1]).toBe('./data/dirty:/data/dirty');
  });
});

/** Paths of our own files in what a service runs. */
function filesNamedIn({ entrypoint = [], command = [], environment = {} }: Service): string[] {
  const words = [...entrypoint, ...command, ...Object.values(environment).map(String)];
  return words.flatMap((word) => word.match(/\/etc\/(rocketmq|rocketlift)\/[\w./-]+/)?.[0] ?? []);
}
