/** A worker within this process. */
interface Endable {
  /** Rejects where it has failed, also before. */
  stop(): Promise<void>;
}

/**
 * Does something for which a worker is there, and ends that in good order.
 * @throws what the work throws, whatever becomes of the worker; else why the worker failed
 */
export async function besideWorker<T>(worker: Endable, work: () => Promise<T>): Promise<T> {
  const [worked] = await Promise.allSettled([work()]);
  const [stopped] = await Promise.allSettled([worker.stop()]);
  if (worked.status === 'rejected') throw worked.reason;
  if (stopped.status === 'rejected') throw stopped.reason;
  return worked.value;
}
