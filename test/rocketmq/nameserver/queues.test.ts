import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownRoutes } from '../../../src/rocketmq/nameserver/known-routes.js';
import { layoutOf, type Queue, queuesOf, turnOfQueues } from '../../../src/rocketmq/nameserver/queues.js';
import type { Route } from '../../../src/rocketmq/nameserver/route.js';
import type { QueueTurn } from '../../../src/rocketmq/queue-turn.js';

const broker = (name: string, queues: number, masters = [`${name}:10911`]): Route[number] => ({
  ...{ name, cluster: 'c', masters },
  ...{ writableQueues: queues, readableQueues: queues },
});

function turnOf(...route: Route): QueueTurn<Queue> {
  const turn = turnOfQueues();
  turn.queues = queuesOf(layoutOf(route));
  return turn;
}

/** How often each broker has its turn. */
function turns(turn: QueueTurn<Queue>, times: number, now: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const queue = turn.next(now);
    if (queue) counts[queue.broker] = (counts[queue.broker] ?? 0) + 1;
  }
  return counts;
}

describe('QueueTurn', () => {
  it('gives every queue its turn as often as any other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 }), (sizes) => {
        const route = sizes.map((size, i) => broker(`b${i}`, size));
        const turn = turnOf(...route);
        const all = sizes.reduce((sum, size) => sum + size, 0);
        const seen = Array.from({ length: all * 3 }, () => JSON.stringify(turn.next(0)));
        expect(new Set(seen).size).toBe(all);
        for (const queue of seen) expect(seen.filter((other) => other === queue)).toHaveLength(3);
        if (all === 0) expect(turn.next(0)).toBeUndefined();
      }),
    );
  });

  it('leaves a broker that failed alone for a while, longer each time, until it did well', () => {
    const turn = turnOf(broker('a', 4), broker('b', 4));
    turn.failed('b', 0);
    expect(turns(turn, 8, 999)).toEqual({ a: 8 });
    expect(turns(turn, 8, 1000)).toEqual({ a: 4, b: 4 });
    turn.failed('b', 1000);
    expect(turns(turn, 8, 2999)).toEqual({ a: 8 });
    expect(turns(turn, 8, 3000)).toEqual({ a: 4, b: 4 });
    turn.succeeded('b');
    turn.failed('b', 3000);
    expect(turns(turn, 8, 4000)).toEqual({ a: 4, b: 4 });
  });

  it('leaves it alone for half a minute at most', () => {
    const turn = turnOf(broker('a', 4), broker('b', 4));
    for (let times = 0; times < 100; times++) turn.failed('b', 0);
    expect(turns(turn, 8, 29_999)).toEqual({ a: 8 });
    expect(turns(turn, 8, 30_000)).toEqual({ a: 4, b: 4 });
  });

  it('turns to the one that has rested most where all have failed', () => {
    const turn = turnOf(broker('a', 4), broker('b', 4), broker('c', 4));
    turn.failed('b', 0);
    for (const name of ['a', 'c']) turn.failed(name, 500);
    expect(turns(turn, 5, 600)).toEqual({ b: 5 });
  });

  it('forgets queues that are gone, and those of brokers without a master', () => {
    const turn = turnOf(broker('a', 4), broker('b', 4, []));
    expect(turns(turn, 8, 0)).toEqual({ a: 8 });
    turn.queues = [];
    expect(turn.next(0)).toBeUndefined();
  });
});

describe('KnownRoutes', () => {
  it('knows what was told last, by whom and of which topic', () => {
    const known = new KnownRoutes();
    known.set('ns:1', 't', [broker('a', 1)]);
    known.set('ns:1', 't', [broker('b', 1)]);
    expect(known.get('ns:1', 't')?.[0].name).toBe('b');
    expect(known.get('ns:2', 't')).toBeUndefined();
    expect(known.get('ns:1', 'u')).toBeUndefined();
  });

  it('forgets what was told longest ago, when there is too much', () => {
    const known = new KnownRoutes();
    for (let n = 0; n < 1000; n++) known.set('ns:1', `t${n}`, []);
    known.set('ns:1', 't0', []);
    known.set('ns:1', 'another', []);
    expect(known.get('ns:1', 't1')).toBeUndefined();
    for (const topic of ['t0', 't2', 'another']) expect(known.get('ns:1', topic)).toEqual([]);
  });
});
