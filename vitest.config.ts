import { defineConfig } from 'vitest/config';

/** Tests that need no server: they run on their own with `npx vitest run --project unit`. */
const UNIT = [
  'job',
  'dirty',
  'hostile',
  'secrets',
  'codec',
  'client-unit',
  'sources',
  'records',
  'pipeline',
  'replay',
  'workflows',
  'deploy',
].map((room) => `test/${room}/**/*.test.ts`);

/** Tests that break servers, each on a stack of its own: `npm run test:faults`. */
const FAULTS = 'test/faults/**/*.test.ts';

/** Files that take half a minute and more without being at the heart of things: left out by `npm run test:quick`. */
const LEFT_OUT = process.env.ROCKETLIFT_QUICK === '1' ? ['test/**/*.slow.test.ts'] : [];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: [...UNIT, 'test/rocketmq/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/**/*.test.ts'],
          exclude: [...UNIT, 'test/rocketmq/**/*.test.ts', FAULTS, ...LEFT_OUT],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: [FAULTS],
          globalSetup: ['test/faults/support/global-setup.ts'],
          setupFiles: ['test/support/setup.ts'],
          // One file at a time, and behind all others: what a fault costs should be the fault's own doing.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
