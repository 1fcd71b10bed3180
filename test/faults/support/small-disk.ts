import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A file system of its own, of so many KiB, that can be full without the machine's being full. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws Error where it can't be mounted, which on Linux only root may do */
  static async mount(path: string, kib: number): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    try {
      await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path]);
    } catch (error) {
      throw new Error(
        `A full disk can't be tested here, as no tmpfs can be mounted at ${path}. Run the tests as root on Linux, in a container that may mount (CAP_SYS_ADMIN).`,
        { cause: error },
      );
    }
    return new SmallDisk(path);
  }

  async resize(kib: number): Promise<void> {
    await promisify(execFile)('mount', ['-o', `remount,size=${kib}k`, this.path]);
  }

  async unmount(): Promise<void> {
    await promisify(execFile)('umount', [this.path]);
  }
}
