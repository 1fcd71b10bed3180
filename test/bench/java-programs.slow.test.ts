import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { asciiRow, TYPES, writeCsv } from '../../bench/data.js';
import { javaPrograms } from '../../bench/java-programs.js';
import { sinkAlone } from '../../bench/sink-alone.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');
const { namesrvAddr } = stack.rocketmq;
/** Milliseconds: a compiler and a virtual machine start. */
const TIMEOUT = 120_000;

/** What of a message both must give: all but the part of its id that is the file's. */
async function messages(topic: string) {
  const stored = await readTopic(stack, topic);
  return stored
    .map(({ body, tag, keys, id }) => ({
      body: body.toString(),
      tag,
      key: keys[0],
      hasIdAsKey: keys[1] === id && keys.length === 2,
      idLength: id.length,
      at: id.split('-').at(-1),
    }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

it('what is compared sends the same: the sink alone, and Java', { timeout: TIMEOUT }, async ({ skip }) => {
  const java = await javaPrograms(stack.rocketmq.jars, bench.folder);
  if (!java) return skip('no javac on this machine');
  const [own, plain] = [await bench.topic(), await bench.topic()];
  const many = { messages: 20, warmUp: 7 };
  await sinkAlone({ sink: { namesrvAddr, topic: own }, batch: { records: 4, inFlight: 2 }, ...many });
  await java.send({ namesrvAddr, topic: plain, batch: 4, threads: 2, ...many });

  expect(await messages(plain)).toEqual(await messages(own));
  expect(await messages(plain)).toHaveLength(27);
});

it('what is compared sends the same: a whole job, and a plain loader in Java', { timeout: TIMEOUT }, async ({
  skip,
}) => {
  const java = await javaPrograms(stack.rocketmq.jars, bench.folder);
  if (!java) return skip('no javac on this machine');
  const [own, plain] = [await bench.topic(), await bench.topic()];
  const path = join(bench.folder, 'rows.csv');
  const rows = 250;
  // A field with all that JSON writes in another way.
  await writeCsv(path, rows, (n) => asciiRow(n).with(4, `"${n}", \\ / \t \u0001 \u007f`));
  const report = await bench.run(
    bench.job({
      source: { type: 'csv', path, columns: TYPES },
      sink: { endpoints: undefined, namesrvAddr, topic: own, tag: 'bench', keyFields: ['order_id'] },
    }),
  );
  expect(report).toMatchObject({ state: 'completed', records: { written: rows } });
  const bare = Object.keys(TYPES);
  await java.load({ namesrvAddr, topic: plain, path, rows, bare, batch: 100, threads: 4 });

  expect(await messages(plain)).toEqual(await messages(own));
});
