import { expect, it } from 'vitest';
import { createTopic, deleteTopic } from '../../src/dev/topics.js';
import { missing } from './support/arrived.js';
import { noteFault } from './support/faulty-run.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
const ROWS = 100_000;

it.each(TRANSPORTS)(
  'by %s, a topic that is deleted half-way is waited for, and the new one gets every record that the old one had not',
  async (transport) => {
    const worker = await scene.startWorker();
    const run = await scene.migrate({ rows: ROWS, transport });
    await run.isBeyond(ROWS / 5);
    // The worker stands still while the topic is read and deleted: what was acknowledged is then just what is found there.
    worker.child.kill('SIGSTOP');
    const old = await run.arrived();
    await deleteTopic(scene.stack(), run.topic);
    worker.child.kill('SIGCONT');

    const reason = await run.waitsFor();
    expect(reason).toMatchObject({ code: 'topic_not_found', fault: 'world' });
    expect(reason.message).toContain(`topic ${run.topic} does not exist`);
    expect(reason.mend).toContain('Create it');
    const before = run.written();
    expect(await before).toBeLessThan(ROWS);
    await createTopic(scene.stack(), run.topic);
    const recovery = await run.secondsToMove(before);
    const report = await run.end();

    expect(report).toMatchObject({ state: 'completed', records: { read: ROWS, written: ROWS, dirty: 0 } });
    const found = await run.arrived();
    const times = found.times.map((count, n) => count + old.times[n]);
    expect(missing({ ...found, times })).toEqual([]);
    const duplicates = old.messages + found.messages - ROWS;
    expect(duplicates).toBeLessThanOrEqual(report.duplicatesAtMost);
    await noteFault('topicDeleted', { transport, report, duplicates }, { recoverySeconds: recovery });
  },
);
