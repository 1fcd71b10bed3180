import { mkdir, statfs } from 'node:fs/promises';
import { worldFault } from '../job/fault.js';

/** Above this share of a disk RocketMQ takes no message, and 5.4.0 lets no setting raise it. */
const REFUSES_ABOVE_PERCENT = 90;

/** Checks that the disk of a folder is empty enough for RocketMQ. Makes the folder. */
export async function requireRoom(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { blocks, bfree, bavail } = await statfs(folder);
  const used = blocks - bfree;
  // Rounded up, as RocketMQ does.
  const percent = Math.ceil((used * 100) / (used + bavail));
  if (percent > REFUSES_ABOVE_PERCENT) {
    throw worldFault(
      'disk_full',
      `The disk of ${folder} is ${percent} % full: RocketMQ takes no messages above ${REFUSES_ABOVE_PERCENT} %.`,
      'Free some space, or keep the state on another disk with --state.',
    );
  }
}
