import type { RunRef } from '../../src/client/run-ref.js';
import type { DirtyEntry } from '../../src/dirty/entry.js';
import { entryFiles, readEntries } from '../../src/dirty/folder/reader.js';
import type { LoadedJob } from '../../src/job/parse.js';
import type { Report } from '../../src/job/report.js';
import type { JobInput } from '../../src/job/schema/job.js';
import type { Bench } from './migration.js';

/** What tests of kept dirty records do again and again. */
export function keeping(bench: Bench) {
  return {
    /** The dirty records that a run has kept. */
    async kept(run: RunRef): Promise<DirtyEntry[]> {
      const { dirtyStore = '' } = await bench.client.report(run);
      const entries: DirtyEntry[] = [];
      for (const file of await entryFiles(dirtyStore)) {
        for await (const entry of readEntries(file, { mayEndEarly: false })) entries.push(entry);
      }
      return entries;
    },

    /** A job over a CSV file that keeps what it can't send. */
    async keepingJob(
      topic: string,
      content: string | Buffer,
      over: Partial<JobInput> = {},
    ): Promise<LoadedJob> {
      const path = await bench.file(`${topic}.csv`, content);
      const { source, settings, dirty, ...rest } = over;
      return bench.job({
        source: { type: 'csv', path, columns: { id: 'integer' }, ...source } as JobInput['source'],
        sink: { topic },
        dirty: { mode: 'keep', path: 'dirty', ...dirty },
        ...(settings && { settings }),
        ...rest,
      });
    },

    finish: (run: RunRef): Promise<Report> => bench.client.wait(run),
  };
}
