import { Fault } from './fault.js';

/** One mistake in a job file. */
export interface JobProblem {
  /** The file as the user named it. Absent, as line and column, where the job did not come from a file. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 code units as editors count. */
  readonly column?: number;
  /** Such as `source.delimiter`; empty where the whole file is meant. */
  readonly path: string;
  /** What is wrong, without the path. */
  readonly message: string;
  /** What may stand there. */
  readonly expected?: string;
  /** The known name that was most likely meant. */
  readonly nearest?: string;
}

/** A job that can't be run as it is written. `problems` holds every mistake that was found, in their order. */
export class JobFileError extends Fault {
  readonly problems: readonly JobProblem[];

  constructor(name: string, problems: readonly JobProblem[]) {
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    super({
      code: 'invalid_job',
      fault: 'user',
      message: [`${name} has ${count}:`, ...problems.map(problemText)].join('\n  '),
      mend: 'Correct what is listed. `rocketlift schema --markdown` explains every field.',
    });
    this.problems = problems;
  }
}

/** `orders.yaml:12:5  source.delimitr: unknown field; did you mean delimiter?` */
export function problemText({ file, line, column, path, message }: JobProblem): string {
  const place =
    file === undefined ? '' : `${[file, line, column].filter((part) => part !== undefined).join(':')}  `;
  return `${place}${path === '' ? '' : `${path}: `}${message}`;
}
