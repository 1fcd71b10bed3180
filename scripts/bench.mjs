import { run, setup, step } from './setup.mjs';

// `npm run bench`, `npm run bench -- --json` for the figures alone, `-- --rounds N` for more rounds (3).
await setup();
step('Building the benchmark');
run('npx', ['tsc', '-p', 'bench']);
run(process.execPath, ['dist-bench/main.js', ...process.argv.slice(2)], { stdout: 'inherit' });
