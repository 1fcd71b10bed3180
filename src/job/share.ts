import type { Rate } from './schema/job.js';

/** The question by which write activities learn their share of the rate: a query of the migration workflow. */
export const SHARE_QUERY = 'share';

/** What each of so many partitions may use of the job's rate; no limit where the job has none. */
export function shareOf(rate: Rate | undefined, partitions: number): Rate {
  const { records, bytes } = rate ?? {};
  const parts = Math.max(1, partitions);
  return {
    ...(records !== undefined && { records: records / parts }),
    ...(bytes !== undefined && { bytes: bytes / parts }),
  };
}

export const isLimited = ({ records, bytes }: Rate): boolean => records !== undefined || bytes !== undefined;
