import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rename } from 'node:fs/promises';
import { promisify } from 'node:util';
import { worldFault } from '../job/fault.js';
import { hasCode } from './errors.js';
import { waitUntil } from './wait.js';

/** A process that may outlive the one that started it. */
export interface ProcessRef {
  readonly pid: number;
  /** When it was started, in the system's own words: tells it from a later process that was given the same pid. */
  readonly identity: string;
}

export interface DetachedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes stdout and stderr. What stood there before is kept as `<log>.1`. */
  readonly log: string;
}

/**
 * Starts a process in a group of its own that goes on when this one ends.
 * @throws when the command can't be run at all; that it ends right away is not an error here
 */
export async function startDetached({ command, args, cwd, env, log }: DetachedCommand): Promise<ProcessRef> {
  await rename(log, `${log}.1`).catch((error: unknown) => {
    // The first start has no older log.
    if (!hasCode(error, 'ENOENT')) throw error;
  });
  const output = await open(log, 'a');
  try {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    await once(child, 'spawn');
    child.unref();
    const pid = child.pid!;
    return { pid, identity: (await processIdentity(pid)) ?? 'ended' };
  } finally {
    await output.close();
  }
}

export async function isAlive({ pid, identity }: ProcessRef): Promise<boolean> {
  return (await processIdentity(pid)) === identity;
}

/**
 * Ends a process and its group, and waits until it is really gone: first by `signal`, and by SIGKILL when it has
 * not ended within `timeoutMs`.
 * @returns whether it was there to be ended
 */
export async function endGroup(
  target: ProcessRef,
  { signal = 'SIGTERM', timeoutMs = 30_000 }: { signal?: NodeJS.Signals; timeoutMs?: number } = {},
): Promise<boolean> {
  if (!(await isAlive(target)) || !killGroup(target.pid, signal)) return false;
  const gone = async () => !(await isAlive(target));
  if (!(await waitUntil(gone, { deadline: Date.now() + timeoutMs }))) {
    killGroup(target.pid, 'SIGKILL');
    if (!(await waitUntil(gone, { deadline: Date.now() + 10_000 }))) {
      throw worldFault(
        'not_ended',
        `Process ${target.pid} does not end.`,
        `Look at it with "ps ${target.pid}".`,
      );
    }
  }
  killGroup(target.pid, 'SIGKILL');
  return true;
}

function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    // ESRCH: nobody is left in the group. EPERM: macOS says so of a group in which only zombies are left.
    if (hasCode(error, 'ESRCH') || hasCode(error, 'EPERM')) return false;
    throw error;
  }
}

/**
 * When a process was started, as text that is only good for comparing; undefined where there is no such process.
 * A zombie is none: it runs nothing and holds no port.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

async function identityFromProc(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command's name in brackets and may hold anything, so count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, threads, startTicks] = [fields[0], fields[17], fields[19]];
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // The first thread is a zombie as soon as it has ended; the others may still hold memory and ports.
    const gone = state === 'X' || (state === 'Z' && Number(threads) <= 1);
    return gone ? undefined : `${boot.trim()} ${startTicks}`;
  } catch (error) {
    // ESRCH: it ended between opening the file and reading it.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return undefined;
    throw error;
  }
}

async function identityFromPs(pid: number): Promise<string | undefined> {
  const env = { ...process.env, LC_ALL: 'C' };
  // ps ends with 1 and prints nothing where there is no such process.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
    env,
  }).catch((error: unknown) => {
    if (hasCode(error, 1)) return { stdout: '' };
    throw error;
  });
  const [state, ...started] = stdout.trim().split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : started.join(' ');
}
