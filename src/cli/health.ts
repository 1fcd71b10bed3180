import type { Command } from 'commander';
import { userFault } from '../job/fault.js';
import { type CommonOptions, createCommand, healthFileOption } from './command.js';
import { EXIT } from './exit.js';
import { print, printJson } from './output.js';

interface HealthOptions extends CommonOptions {
  readonly healthFile?: string;
}

export function healthCommand(): Command {
  return createCommand('health', 'Tell whether a worker on this machine is well', [
    'health --health-file /tmp/worker   # of "rocketlift worker --health-file /tmp/worker"',
  ])
    .addOption(healthFileOption('the file that the worker renews'))
    .addHelpText(
      'after',
      '\nEnds with 0 while the worker polls and Temporal answers it, and with 1 when it has not for 30 s.',
    )
    .action(async ({ healthFile, json }: HealthOptions) => {
      if (healthFile === undefined) {
        throw userFault(
          'no_health_file',
          'Which worker is not said.',
          'Give --health-file, or set ROCKETLIFT_HEALTH_FILE, as for the worker.',
        );
      }
      const { healthFileAge, MAX_AGE_MS } = await import('../worker/health.js');
      const ageMs = await healthFileAge(healthFile);
      const healthy = ageMs !== undefined && ageMs <= MAX_AGE_MS;
      process.exitCode = healthy ? EXIT.done : EXIT.failed;
      if (json) return printJson({ healthy, ...(ageMs !== undefined && { ageMs: Math.round(ageMs) }) });
      print(healthText(healthy, ageMs));
    });
}

function healthText(healthy: boolean, ageMs: number | undefined): string {
  if (ageMs === undefined) return `unhealthy: the worker does not poll yet, or has ended`;
  const ago = `${Math.round(ageMs / 1000)} s ago`;
  return healthy ? `healthy, seen ${ago}` : `unhealthy: the worker was last well ${ago}`;
}
