import { JobFileError, type JobProblem } from '../../src/job/problem.js';

/** The problems that `parse` throws. */
export function problemsOf(parse: () => unknown): readonly JobProblem[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof JobFileError) return error.problems;
    throw error;
  }
  return [];
}
