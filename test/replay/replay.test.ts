import { readdir, readFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { BUNDLE_PATH, ENCRYPTED_BUNDLE_PATH } from '../../src/worker/bundle.js';

const HISTORIES = new URL('histories/', import.meta.url);

const files = (await readdir(HISTORIES, { recursive: true })).filter((name) => name.endsWith('.json')).sort();

/** Runs last for days: one that was started under an older version must go on under this one. */
describe('histories of every version', () => {
  it('were recorded for each way in which a run can end, and be changed', () => {
    const runs = ['completed', 'failed', 'cancelled', 'continued', 'tuned', 'retried', 'held'];
    for (const run of [...runs, 'scheduled', 'skipped', 'waited']) {
      expect(files.some((name) => name.endsWith(`${run}.json`))).toBe(true);
    }
  });

  it.each(files)('%s is replayed without a difference', async (name) => {
    const history = JSON.parse(await readFile(new URL(name, HISTORIES), 'utf8'));
    // Also as it goes on where a key was set meanwhile.
    for (const codePath of [BUNDLE_PATH, ENCRYPTED_BUNDLE_PATH]) {
      await Worker.runReplayHistory({ workflowBundle: { codePath } }, history);
    }
  });

  it('a history that does not fit is noticed', async () => {
    const history = JSON.parse(await readFile(new URL(files[0], HISTORIES), 'utf8'));
    for (const { activityTaskScheduledEventAttributes: scheduled } of history.events) {
      if (scheduled?.activityType?.name === 'writeBatch') scheduled.activityType.name = 'somethingElse';
    }
    const replay = Worker.runReplayHistory({ workflowBundle: { codePath: BUNDLE_PATH } }, history);
    await expect(replay).rejects.toThrow(/[Nn]ondeterminism/);
  });
});
