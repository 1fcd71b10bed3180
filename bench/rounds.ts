import type { Stack } from '../dist/dev/stack.js';
import { type Figure, type Summary, summary } from './figures.js';

/** What every measurement needs. */
export interface Bench {
  readonly stack: Stack;
  /** A folder for files. */
  readonly folder: string;
  readonly rounds: number;
  readonly say: (text: string) => void;
}

export interface Subject {
  readonly name: string;
  readonly run: () => Promise<Figure>;
}

/** Measures everything in turn, several times over, so that a machine whose speed drifts treats all alike. */
export async function inRounds({ rounds, say }: Bench, subjects: readonly Subject[]): Promise<Summary[]> {
  const figures = subjects.map((): Figure[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { name, run }] of subjects.entries()) {
      say(`round ${round}: ${name}`);
      figures[index].push(await run());
    }
  }
  return subjects.map(({ name }, index) => summary(name, figures[index]));
}
