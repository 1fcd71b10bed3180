import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { down } from '../dist/dev/down.js';
import { up } from '../dist/dev/up.js';
import { formatFigures, formatTable } from './format-table.js';
import { nameserverFigures, nameserverTable } from './nameserver-table.js';
import { rateFigures, rateTable } from './rates.js';
import { speedFigures, speedTable } from './speed-table.js';
import { tunedFigures, tunedTable } from './tuned.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    'format-rows': { type: 'string', default: '300000' },
  },
});
const rounds = Number(values.rounds);
const wanted = (name: string) => values.only === undefined || values.only === name;

/** One line a step, on stderr: stdout is for figures. */
const say = (text: string) => console.error(text);

const folder = await mkdtemp(join(tmpdir(), 'rocketlift-bench-'));
const stateDir = join(folder, 'stack');
try {
  const stack = await up({ stateDir, portOffset: 'auto', onStep: say });
  process.env.TEMPORAL_ADDRESS = stack.temporal.address;
  const bench = { stack, folder, rounds, say };
  const speed = wanted('speed') ? await speedFigures(bench) : [];
  const nameserver = wanted('nameserver') ? await nameserverFigures(bench) : [];
  const rates = wanted('rates') ? await rateFigures(bench) : [];
  const tuned = wanted('rates') ? await tunedFigures(bench) : [];
  const formats = wanted('formats') ? await formatFigures(bench, Number(values['format-rows'])) : [];
  const machine = `${cpus().length} cores (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  if (values.json)
    console.log(JSON.stringify({ machine, speed, nameserver, rates, tuned, formats }, null, 2));
  else {
    console.log(`${machine}; broker, proxy and Temporal on the same machine`);
    if (speed.length > 0) console.log(`\n${speedTable(speed)}`);
    if (nameserver.length > 0) console.log(`\n${nameserverTable(nameserver)}`);
    if (rates.length > 0) console.log(`\n${rateTable(rates)}`);
    if (tuned.length > 0) console.log(`\n${tunedTable(tuned)}`);
    if (formats.length > 0) console.log(`\n${formatTable(formats)}`);
  }
} finally {
  await down(stateDir);
  await rm(folder, { recursive: true, force: true });
}
