import type { Job } from '../job/schema/job.js';
import { replaySource } from '../replay/replay-source.js';
import { createSource } from '../sources/registry.js';
import type { Source } from '../sources/source.js';
import type { ReplaySpec } from './types.js';

/** Where a run's records come from: the job's source, or the dirty records of another run. */
export function sourceOf({ source, settings }: Job, replay: ReplaySpec | undefined): Source {
  return replay ? replaySource(source, settings, replay) : createSource(source, settings);
}
