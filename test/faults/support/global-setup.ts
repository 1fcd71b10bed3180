import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type FaultRow, faultTable, withRows } from './table.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that takes the rows of the table of faults, a line of JSON each. */
    faultRows: string;
  }
}

const DOCUMENT = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));

/**
 * Collects what the tests found; at the end the table is printed, and with `ROCKETLIFT_WRITE_TABLE=1`
 * (`npm run test:faults -- --write-table`) it is written into docs/reliability.md as well.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'rocketlift-faults-'));
  const file = join(folder, 'rows.ndjson');
  await writeFile(file, '');
  project.provide('faultRows', file);
  return async () => {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    await rm(folder, { recursive: true });
    const rows = lines.map((line) => JSON.parse(line) as FaultRow);
    if (rows.length === 0) return;
    console.log(`\n${faultTable(rows)}\n`);
    if (process.env.ROCKETLIFT_WRITE_TABLE !== '1') return;
    await writeFile(DOCUMENT, withRows(await readFile(DOCUMENT, 'utf8'), rows));
  };
}
