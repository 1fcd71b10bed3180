import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { LoadedJob } from '../../src/job/parse.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { type Cli, json } from '../cli/cli.js';
import type { Bench } from '../support/migration.js';

export type Tls = NonNullable<JobInput['sink']['tls']>;

/** Where a job finds RocketMQ, and by which transport. */
export type Target = Pick<JobInput['sink'], 'endpoints' | 'namesrvAddr' | 'transport'>;

interface Output {
  readonly ok: boolean;
  readonly checks: readonly Found[];
}

/** What a check finds at the job's two ends. */
interface Found {
  readonly ok: boolean;
  readonly warnings: readonly string[];
  readonly error?: { readonly code: string; readonly message: string; readonly mend: string };
}

export interface TlsJobs {
  job(
    target: Target,
    tls: Tls | undefined,
    options?: { readonly rows?: number } & JobInput['settings'],
  ): Promise<LoadedJob>;
  /** What `rocketlift check` finds. */
  check(
    target: Target,
    tls: Tls | undefined,
    options?: { readonly env?: Record<string, string> } & JobInput['settings'],
  ): Promise<Found>;
}

/** Jobs into one topic; paths of `tls` start at the folder of the bench. */
export function tlsJobs(bench: Bench, cli: Cli, topic: string): TlsJobs {
  const job: TlsJobs['job'] = async (target, tls, { rows = 10, ...settings } = {}) => {
    const lines = Array.from({ length: rows }, (_, n) => `${n},text`);
    const path = await bench.file(`${randomUUID()}.csv`, `id,text\n${lines.join('\n')}\n`);
    return bench.job({
      source: { type: 'csv', path },
      sink: { topic, ...target, ...(tls && { tls }) },
      settings,
    });
  };
  return {
    job,
    async check(target, tls, { env = {}, ...settings } = {}) {
      const file = await cli.jobFile(await job(target, tls, settings));
      const args = ['check', file, '--allow-secrets', bench.folder, '--json'];
      const result = await cli.run(args, { env });
      // Node.js warns there of what should not be done.
      expect(result.stderr).toBe('');
      const [, , ends] = json<Output>(result).checks;
      return ends;
    },
  };
}
