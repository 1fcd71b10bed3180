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
          exclude: [...UNIT, 'test/rocketmq/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
