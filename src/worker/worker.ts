import { existsSync } from 'node:fs';
import { NativeConnection, Runtime, Worker, type WorkerTuner } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { temporalConfig } from '../client/temporal-config.js';
import { PayloadEncryption } from '../codec/payload-encryption.js';
import { checkedFolders, type Folders } from '../folders/folders.js';
import { type Fault, userFault, worldFault } from '../job/fault.js';
import { MAX_ACTIVITIES } from '../job/places.js';
import { BUNDLE_PATH, ENCRYPTED_BUNDLE_PATH, FAILURE_CONVERTER_PATH } from './bundle.js';
import type { SharedPlaces } from './shared-places.js';

/** How long Temporal may take to say that it is there, in milliseconds. */
const HEALTH_TIMEOUT_MS = 5_000;

export interface WorkerOptions {
  readonly taskQueue: string;
  /** The folders that jobs may use. @default any, but no secrets from files */
  readonly folders?: Folders;
  /** Where other processes share the work. @default {@link MAX_ACTIVITIES} places, and activities as they come */
  readonly places?: SharedPlaces;
}

export interface RunningWorker {
  /** Resolves when the worker has ended, rejects if it failed. */
  readonly done: Promise<void>;
  /** Whether it polls for work and its server answers. Rejects where the server does not. */
  isWell(): Promise<boolean>;
  /** Ends in good order: what is under way drains, and is handed over to other workers. Resolves when all is over. */
  stop(): Promise<void>;
}

/**
 * Starts a worker for migrations. Reads the same `TEMPORAL_*` variables and profile file as the `temporal` command.
 * Encrypts what Temporal keeps where the environment has a key.
 * @throws Fault `temporal_config`, `allowed_folder` and `codec_key_invalid` (the user's), `temporal_unreachable` (the world's)
 */
export async function startWorker({
  taskQueue,
  folders = {},
  places,
}: WorkerOptions): Promise<RunningWorker> {
  if (!existsSync(BUNDLE_PATH)) {
    throw userFault(
      'not_built',
      `The workflow code has not been built (${BUNDLE_PATH}).`,
      'Run `npm run build`.',
    );
  }
  const activities = createActivities({ folders: await checkedFolders(folders) });
  const codec = new PayloadEncryption(undefined, { onUnreadable: sayOnce() });
  const { connectionOptions, namespace = 'default' } = temporalConfig();
  const connection = await connect(connectionOptions);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { codePath: codec.encrypts ? ENCRYPTED_BUNDLE_PATH : BUNDLE_PATH },
    dataConverter: {
      payloadCodecs: [codec],
      ...(codec.encrypts && { failureConverterPath: FAILURE_CONVERTER_PATH }),
    },
    activities,
    ...(places ? { tuner: tunerWith(places) } : { maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES }),
    // A crash loses what was throttled, and a cancellation rides on a heartbeat's answer.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  });
  const done = worker.run().finally(() => connection.close());
  return {
    done,
    async isWell() {
      // The cheapest question that every server answers, whatever this client may do there.
      await connection.withDeadline(Date.now() + HEALTH_TIMEOUT_MS, () =>
        connection.workflowService.getSystemInfo({}),
      );
      return worker.getState() === 'RUNNING';
    },
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}

/** For everything but activities what the SDK has by default. */
function tunerWith(places: SharedPlaces): WorkerTuner {
  const fixed = (numSlots: number) => ({ type: 'fixed-size', numSlots }) as const;
  return {
    activityTaskSlotSupplier: places,
    localActivityTaskSlotSupplier: fixed(100),
    workflowTaskSlotSupplier: fixed(40),
    nexusTaskSlotSupplier: fixed(100),
  };
}

/** A worker without the key fails the task, and Temporal hands it out again, maybe to one that has the key: one line is enough. */
function sayOnce(): (fault: Fault) => void {
  const said = new Set<string>();
  return ({ message, mend }) => {
    if (said.has(message)) return;
    said.add(message);
    Runtime.instance().logger.error(`Runs wait for a worker that can read them. ${message} ${mend}`);
  };
}

async function connect(
  options: NonNullable<Parameters<typeof NativeConnection.connect>[0]>,
): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw worldFault(
      'temporal_unreachable',
      `The Temporal server at ${options.address ?? 'localhost:7233'} can not be reached.`,
      'Start one (`rocketlift dev up`), or set TEMPORAL_ADDRESS.',
      error,
    );
  }
}
