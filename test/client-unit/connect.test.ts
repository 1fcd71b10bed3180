import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { startWorker } from '../../src/worker/worker.js';

const SECRET = 'very-secret-key';

async function profile(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'rocketlift-')), 'temporal.toml');
  await writeFile(path, text);
  return path;
}

/** The error, with all that a careless log line would show of it. */
async function errorOf(promise: Promise<unknown>): Promise<{ code: string; shown: string }> {
  const error = await promise.then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  return {
    code: error.code,
    shown: `${error.message} ${error.mend} ${error.stack} ${JSON.stringify(error)}`,
  };
}

test('a server that does not answer is the fault of the world, and says where it was looked for', async () => {
  // It takes connections, and says nothing.
  const mute = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => mute.once('listening', resolve));
  const address = `127.0.0.1:${(mute.address() as { port: number }).port}`;
  const configFile = await profile(`[profile.default]\naddress = "${address}"\napi_key = "${SECRET}"\n`);
  const { code, shown } = await errorOf(connect({ configFile, profile: 'default', timeoutMs: 300 }));
  mute.close();
  expect(code).toBe('temporal_unreachable');
  expect(shown).toContain(process.env.TEMPORAL_ADDRESS ?? address);
  expect(shown).toContain('rocketlift dev up');
  expect(shown).not.toContain(SECRET);
});

test('a worker names a broken configuration without what is in it, too', async () => {
  const configFile = await profile(`[profile.default]\napi_key = "${SECRET}\n`);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', configFile);
  const { code, shown } = await errorOf(startWorker({ taskQueue: 'none' }));
  vi.unstubAllEnvs();
  expect(code).toBe('temporal_config');
  expect(shown).not.toContain(SECRET);
});

test('a broken configuration is named without what is in it', async () => {
  const configFile = await profile(`[profile.default]\napi_key = "${SECRET}\n`);
  const { code, shown } = await errorOf(connect({ configFile }));
  expect(code).toBe('temporal_config');
  expect(shown).not.toContain(SECRET);
});
