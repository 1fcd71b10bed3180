import { isAbsolute } from 'node:path';
import { diagnose } from './diagnose.js';
import type { Finding } from './finding.js';
import { pathText } from './json-path.js';
import { expandMacros, expandText, findMacros, timezoneOf } from './macros/macros.js';
import { absolutePaths, plainPaths, sourcePaths } from './paths.js';
import { JobFileError, type JobProblem } from './problem.js';
import type { Job } from './schema/job.js';
import { absoluteReferences, relativeReferences, withoutSecrets } from './secret-fields.js';
import { parseText } from './yaml-text.js';

/** A job from a file. */
export interface LoadedJob {
  /** The job with every default filled in; paths are absolute. Macros stand in it as they were written. */
  readonly job: Job;
  /** The job as the user wrote it, its paths made absolute: what a schedule is given. */
  readonly document: unknown;
  /** Files and globs as the user wrote them, for showing. */
  readonly paths: readonly string[];
}

/**
 * Reads a job from the text of a job file, YAML or JSON.
 *
 * @param file name of the file, as it is shown in problems
 * @param baseDir absolute folder that relative paths start at: the one the job file lies in
 * @throws {JobFileError} with every problem, its line and column
 */
export function parseJobText(text: string, { file, baseDir }: { file: string; baseDir: string }): LoadedJob {
  const { document: written, findings, place } = parseText(text.replace(/^\uFEFF/, ''), file);
  const checked = diagnose(written);
  const found = [...findings, ...('findings' in checked ? checked.findings : [])];
  const problems = found.map((finding) => place(withoutSecrets(finding)));
  if (problems.length > 0) throw new JobFileError(file, problems.sort(byPlace));
  const document = absoluteReferences(absolutePaths(written, baseDir), baseDir);
  return { job: checkDocument(document), document, paths: sourcePaths(written) };
}

/**
 * The job with another RocketMQ.
 * @throws {JobFileError} if `endpoints` is none
 */
export function withEndpoints({ document, paths }: LoadedJob, endpoints: string): LoadedJob {
  const { sink, ...rest } = document as { sink: object };
  const changed = { ...rest, sink: { ...sink, endpoints } };
  return { job: checkDocument(changed), document: changed, paths };
}

/**
 * The job without macros, as it is run at a time: what a run is started with.
 * @param at the planned time, in milliseconds since 1970
 */
export function expandJob({ document, paths }: LoadedJob, at: number): LoadedJob {
  const expanded = expandMacros(document, at);
  const timezone = timezoneOf(document);
  return {
    job: validateJobDocument(expanded),
    document: expanded,
    paths: paths.map((path) => expandText(path, at, timezone)),
  };
}

/**
 * Checks a job that comes from somewhere else than a file, as a workflow's input does. There is no folder that a
 * relative path could start at, and no time that a macro could mean, so both are refused.
 *
 * @throws {JobFileError} with every problem by its path
 */
export function validateJobDocument(document: unknown): Job {
  return checkDocument(document, findMacros);
}

/** The job of a document that does not lie in a file. */
function checkDocument(document: unknown, more: (document: unknown) => Finding[] = () => []): Job {
  const checked = diagnose(document);
  const findings =
    'job' in checked
      ? [...relativePaths(document), ...relativeReferences(document), ...more(document)]
      : checked.findings;
  if ('job' in checked && findings.length === 0) return checked.job;
  throw new JobFileError(
    'The job',
    findings.map(withoutSecrets).map(({ path, at: _, ...rest }) => ({ path: pathText(path), ...rest })),
  );
}

const byPlace = (a: JobProblem, b: JobProblem) =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

function relativePaths(document: unknown): Finding[] {
  const places = [
    ...sourcePaths(document).map((path) => ({ field: ['source', 'path'], path })),
    ...plainPaths(document),
  ];
  return places
    .filter(({ path }) => !isAbsolute(path))
    .map(({ field, path }) => ({
      path: field,
      at: 'value',
      message: `expected an absolute path, found ${JSON.stringify(path)}: a job that is not started from a file has no folder that it could start at`,
      expected: 'an absolute path',
    }));
}
