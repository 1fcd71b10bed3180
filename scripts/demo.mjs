import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setup, step } from './setup.mjs';

const CLI = join('dist', 'cli', 'main.js');
const ORDERS = join('.rocketlift', 'demo', 'orders.csv');
/** A file that is not there: an empty one is taken for a damaged one. */
const NO_PROFILES = join('.rocketlift', 'demo', 'no-temporal-profiles.toml');
const JOB = join('examples', 'orders.yaml');

await setup();

step('Bringing Temporal and RocketMQ up');
/** @type {{ temporal: { address: string, ui: string }, rocketmq: { endpoints: string, namesrvAddr: string, jars: string } }} */
const stack = JSON.parse(output([CLI, 'dev', 'up', '--port-offset', 'auto', '--json']));

if (!existsSync(ORDERS)) step('Making 100,000 orders');
output([join('dist', 'dev', 'demo-data.js'), ORDERS]);

step(`Running ${JOB}`);
const { status } = spawnSync(process.execPath, [CLI, 'run', JOB, '--endpoints', stack.rocketmq.endpoints], {
  stdio: 'inherit',
  env: environment(),
});

// Where the usual ports were taken, the commands must say which it is.
const usual = stack.temporal.address === '127.0.0.1:7233';
const address = usual ? '' : `TEMPORAL_ADDRESS=${stack.temporal.address} `;
const endpoints = usual ? '' : `; sink.endpoints: ${stack.rocketmq.endpoints}`;
console.log(`
The run in the Temporal UI:
  ${stack.temporal.ui}/namespaces/default/workflows/orders

How to go on:
  ${address}npx rocketlift report orders
  ${address}npx rocketlift list
  Your own file: copy ${JOB} to my.yaml, change it (source.path is relative to the job file${endpoints}), then
  ${address}npx rocketlift check my.yaml
  ${address}npx rocketlift run my.yaml

Temporal and RocketMQ stay up. End them with:
  npx rocketlift dev down`);
process.exitCode = status ?? 1;

/**
 * Runs one of our programs and gives what it prints; where it fails, it has said why, and this process ends as it did.
 * @param {readonly string[]} args
 * @returns {string}
 */
function output(args) {
  const done = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  if (done.error) throw done.error;
  if (done.status !== 0) process.exit(done.status ?? 1);
  return done.stdout;
}

/** The user's own settings for a Temporal elsewhere must not lead the demo astray: it uses the server it has just started. */
function environment() {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return {
    ...Object.fromEntries(others),
    TEMPORAL_ADDRESS: stack.temporal.address,
    TEMPORAL_UI: stack.temporal.ui,
    TEMPORAL_CONFIG_FILE: NO_PROFILES,
  };
}
