import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until `look` finds something; the test's own time limit ends it otherwise. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await delay(50);
  }
}
