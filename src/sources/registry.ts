import type { Folders } from '../folders/folders.js';
import type { FileSource } from '../job/schema/source.js';
import { csvFormat } from './csv/format.js';
import type { FileFormat } from './files/format.js';
import { sourceOfFiles } from './files/source-of-files.js';
import { jsonFormat } from './json/format.js';
import { ndjsonFormat } from './ndjson/format.js';
import type { Source } from './source.js';

export interface SourceOptions {
  /** About how many bytes of a plain file one partition holds. */
  readonly partitionSize: number;
  /** Bytes read at a time; what is read does not depend on it. @default 256 KiB */
  readonly blockSize?: number;
  /** What may be read. @default anything */
  readonly folders?: Folders | undefined;
}

const BLOCK_BYTES = 256 * 1024;

/** A source of the kind that the job names. Nothing is opened yet. */
export function createSource(spec: FileSource, options: SourceOptions): Source {
  const { partitionSize, blockSize = BLOCK_BYTES, folders } = options;
  return sourceOfFiles(formatOf(spec), {
    paths: spec.path,
    encoding: spec.encoding,
    partitionSize,
    blockSize,
    ...(folders && { folders }),
  });
}

/** What the kind of file that a job names knows of its records. */
export function formatOf(spec: FileSource): FileFormat {
  switch (spec.type) {
    case 'csv':
      return csvFormat(spec);
    case 'ndjson':
      return ndjsonFormat(spec);
    case 'json':
      return jsonFormat(spec);
  }
}
