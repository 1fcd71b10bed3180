import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { service } from './compose.js';
import { copies, isInContext, stages } from './dockerfile.js';

const [base, build, dependencies, runtime] = stages() as [Stage, Stage, Stage, Stage];
type Stage = ReturnType<typeof stages>[number];

/** The arguments of an instruction that a stage has once. */
function only(stage: Stage, wanted: string): string {
  const found = stage.instructions.filter(({ name }) => name === wanted);
  expect(found, wanted).toHaveLength(1);
  return found[0]!.rest;
}

const runs = (stage: Stage) =>
  stage.instructions.filter(({ name }) => name === 'RUN').map(({ rest }) => rest);

/** Paths from the context that a stage has. */
const fromContext = (stage: Stage) =>
  copies(stage).flatMap((copy) => (copy.stage === undefined ? copy.sources : []));

describe('Dockerfile', () => {
  it('has its stages one above the other', () => {
    expect(stages().map(({ name, from }) => [name, from.replace(/:.*/, '')])).toEqual([
      ['base', 'node'],
      ['build', 'base'],
      ['dependencies', 'base'],
      ['runtime', 'base'],
    ]);
    expect(only(base, 'WORKDIR')).toBe('/app');
  });

  it('installs from the lock, and what production needs alone at the end', () => {
    expect(runs(build)).toEqual([expect.stringMatching(/^npm ci /), 'npm run build']);
    expect(runs(dependencies)).toEqual([expect.stringMatching(/^npm ci --omit=dev /)]);
    expect(copies(runtime).filter(({ stage }) => stage !== undefined)).toEqual([
      { stage: 'dependencies', sources: ['/app/node_modules'], target: './node_modules' },
      { stage: 'build', sources: ['/app/dist'], target: './dist' },
    ]);
  });

  it.each(
    [build, dependencies, runtime].flatMap((stage) => fromContext(stage).map((path) => [path, stage.name])),
  )('copies %s into %s: it is there, and .dockerignore lets it through', (path) => {
    expect(existsSync(path)).toBe(true);
    expect(isInContext(path)).toBe(true);
  });

  it('gives the build what it reads', () => {
    const { include } = JSON.parse(readFileSync('tsconfig.json', 'utf8').replaceAll(/^\s*\/\/.*$/gm, ''));
    const needed = ['package.json', 'package-lock.json', 'tsconfig.json', ...(include as string[])];
    expect(fromContext(build).sort()).toEqual(needed.sort());
  });

  it('ends with the files of the package', () => {
    const targets = copies(runtime).map(({ target }) => target.replace('./', ''));
    for (const file of packageJson.files) expect(targets).toContain(file);
    expect(fromContext(runtime)).toEqual(expect.arrayContaining(['package.json', 'LICENSE']));
    const [script] = Object.values(packageJson.bin);
    expect(runs(runtime).at(-1)).toContain(`ln -s /app/${script} /usr/local/bin/rocketlift`);
  });

  it('keeps the rest of the folder out of the build', () => {
    for (const path of ['.git', '.env', 'node_modules', 'dist', 'data', 'test', 'docker-compose.yml']) {
      expect(isInContext(path), path).toBe(false);
    }
  });

  it('runs an unprivileged worker that signals reach', () => {
    expect(only(runtime, 'USER')).toBe('node');
    const after = runtime.instructions.slice(runtime.instructions.findIndex(({ name }) => name === 'USER'));
    expect(after.map(({ name }) => name)).not.toContain('RUN');
    expect(only(runtime, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(JSON.parse(only(runtime, 'ENTRYPOINT'))).toEqual(['tini', '--', 'rocketlift']);
    expect(JSON.parse(only(runtime, 'CMD'))).toEqual(['worker']);
    expect(runs(runtime)[0]).toMatch(/apt-get install .*\btini\b/);
  });

  it('asks the worker how it is, as docker-compose.yml does', () => {
    const [, command] = /CMD (\[.*\])$/.exec(only(runtime, 'HEALTHCHECK')) ?? [];
    expect(JSON.parse(command!)).toEqual(['rocketlift', 'health']);
    expect(service('worker').healthcheck?.test).toEqual(['CMD', 'rocketlift', 'health']);
    expect(only(runtime, 'ENV')).toContain('ROCKETLIFT_HEALTH_FILE=/tmp/');
    expect(service('worker').build).toBe('.');
  });

  it('makes the folders that are mounted, for the user that writes there', () => {
    expect(runs(runtime).at(-1)).toContain(
      'install --directory --owner=node --group=node /data/input /data/dirty',
    );
  });
});
