/**
 * Reads one file in a process of its own, so that its memory can be told from that of the tests: everything a worker does with a
 * file, from its description to the messages. Argument: JSON of { job, abortAfter? }. Prints JSON, the last line.
 */
import { open } from 'node:fs/promises';
import { requireHandable } from '../../dist/activities/job-size.js';
import { validateJobDocument } from '../../dist/job/parse.js';
import { createConverter } from '../../dist/records/converter.js';
import { createSource } from '../../dist/sources/registry.js';

const { job: document, abortAfter = Infinity } = JSON.parse(process.argv[2]);
const stop = new AbortController();

/** Counts what is read of files, and asks to stop in the midst of it. */
let reads = 0;
const probe = await open(process.execPath);
const { read } = Object.getPrototypeOf(probe);
/** @param {unknown[]} range */
Object.getPrototypeOf(probe).read = function (...range) {
  if (++reads === abortAfter) stop.abort(new Error('asked to stop'));
  return read.apply(this, range);
};
await probe.close();

/** @type {{ records: number, faults: Record<string, number>, messages: number, bytes: number }} */
const seen = { records: 0, faults: {}, messages: 0, bytes: 0 };
/** @param {string} code */
const count = (code) => {
  seen.faults[code] = (seen.faults[code] ?? 0) + 1;
};

async function readAll() {
  const job = validateJobDocument(document);
  const alive = () => stop.signal.throwIfAborted();
  const source = createSource(job.source, job.settings);
  const { columns } = await source.describe(alive);
  const convert = createConverter(job, columns);
  requireHandable(job, columns);
  /** @type {unknown} */
  let cursor;
  let first = 0;
  do {
    const page = await source.partition(cursor, 100, first, alive);
    for (const partition of page.partitions) {
      for await (const batch of source.read(partition, partition.start, stop.signal)) take(batch, convert);
    }
    first += page.partitions.length;
    cursor = page.next;
  } while (cursor !== undefined);
}

/**
 * @param {import('../../dist/sources/source.js').RecordBatch} batch
 * @param {import('../../dist/records/converter.js').Converter} convert
 */
function take(batch, convert) {
  for (let i = 0; i < batch.length; i++) {
    seen.records++;
    const made = batch.fault(i) ?? convert(batch, i);
    if (typeof made === 'symbol') count('filtered');
    else if ('code' in made) count(made.code);
    else {
      seen.messages++;
      seen.bytes += Buffer.byteLength(made.body);
    }
  }
}

let error;
try {
  await readAll();
} catch (thrown) {
  const reason = /** @type {import('../../dist/job/fault.js').Fault} */ (thrown);
  error = { name: reason.name, code: reason.code, message: String(reason.message).slice(0, 500) };
}
console.log(JSON.stringify({ ...seen, error, reads, peakMiB: process.resourceUsage().maxRSS / 1024 }));
