import type { Folders } from '../folders/folders.js';
import type { Job } from '../job/schema/job.js';
import { isTopicTemplate } from '../job/topic-template.js';
import { replaySource } from '../replay/replay-source.js';
import { createSource } from '../sources/registry.js';
import type { Source } from '../sources/source.js';
import { readableTopic } from './dirty-topic.js';
import type { ReplaySpec } from './types.js';

interface SourceOfOptions {
  /** Absent where the records are the job's own. */
  readonly replay: ReplaySpec | undefined;
  /** What may be read. */
  readonly folders: Folders | undefined;
}

/** Where a run's records come from: the job's source, or the dirty records of another run. */
export function sourceOf({ source, sink, settings }: Job, { replay, folders }: SourceOfOptions): Source {
  const options = { ...settings, folders };
  return replay
    ? replaySource(source, options, { ...replay, byTable: isTopicTemplate(sink.topic) }, (topic) =>
        readableTopic(topic, folders),
      )
    : createSource(source, options);
}
