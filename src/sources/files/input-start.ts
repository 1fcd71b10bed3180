import type { ByteInput } from './window.js';

const SCRATCH_BYTES = 128 * 1024;

/** The first bytes, fewer only where there are no more. */
export async function readHead(input: ByteInput, length: number): Promise<Buffer> {
  const head = Buffer.alloc(length);
  let filled = 0;
  for (let read = -1; read !== 0 && filled < length; filled += read) {
    read = await input.readInto(head, filled);
  }
  return head.subarray(0, filled);
}

/** An input whose first bytes have been read already. */
export function behindHead(head: Buffer, input: ByteInput): ByteInput {
  let at = 0;
  return {
    async readInto(target, index) {
      if (at === head.length) return input.readInto(target, index);
      const copied = head.copy(target, index, at);
      at += copied;
      return copied;
    },
    close: () => input.close(),
  };
}

/**
 * Reads `count` bytes and drops them.
 * @param alive called for every chunk; throws to stop
 * @returns whether there were as many
 */
export async function discard(input: ByteInput, count: number, alive: () => void): Promise<boolean> {
  const scratch = Buffer.allocUnsafe(Math.min(count, SCRATCH_BYTES));
  for (let left = count; left > 0; ) {
    alive();
    const read = await input.readInto(scratch.subarray(0, left), 0);
    if (read === 0) return false;
    left -= read;
  }
  return true;
}
