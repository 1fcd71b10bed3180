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

/** Mistakes that are told of one by one: more would help nobody, and finding each takes as long as there are fields. */
export const MAX_PROBLEMS = 100;

/** A job that can't be run as it is written. `problems` holds the mistakes that were found, in their order: 100 at most. */
export class JobFileError extends Fault {
  readonly problems: readonly JobProblem[];

  constructor(name: string, given: readonly JobProblem[]) {
    const problems = given.slice(0, MAX_PROBLEMS).map(shortened);
    const more = given.length > problems.length ? 'more than ' : '';
    const count = problems.length === 1 ? 'a mistake' : `${more}${problems.length} mistakes`;
    super({
      code: 'invalid_job',
      fault: 'user',
      message: [`${name} has ${count}:`, ...problems.map(problemText)].join('\n  '),
      mend: 'Correct what is listed. `rocketlift schema --markdown` explains every field.',
    });
    this.problems = problems;
  }
}

/** Characters of a path or a message: both may hold what stands in a job file, which may be anything. */
const MAX_TEXT = 500;

function shortened(problem: JobProblem): JobProblem {
  return { ...problem, path: printable(problem.path), message: printable(problem.message) };
}

/** Without control characters, which could tell a terminal what to do. */
function printable(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return short.replaceAll(/\p{Cc}/gu, '\ufffd').toWellFormed();
}

/** `orders.yaml:12:5  source.delimitr: unknown field; did you mean delimiter?` */
export function problemText({ file, line, column, path, message }: JobProblem): string {
  const place =
    file === undefined ? '' : `${[file, line, column].filter((part) => part !== undefined).join(':')}  `;
  return `${place}${path === '' ? '' : `${path}: `}${message}`;
}
