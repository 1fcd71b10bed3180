import { type FaultTransport, TRANSPORTS } from './transports.js';

/** A fault is tried by each transport, or by the first alone where a worse one of its kind is tried by each. */
interface Fault {
  /** How the table calls it. */
  readonly title: string;
  readonly transports: readonly FaultTransport[];
}

const byEach = (title: string): Fault => ({ title, transports: TRANSPORTS });
const once = (title: string): Fault => ({ title, transports: ['proxy'] });

/** Every fault of the table in docs/reliability.md, in its order. */
const FAULTS = {
  workerKilled: byEach('worker killed (SIGKILL)'),
  workerStopped: byEach('worker asked to stop (SIGTERM)'),
  oneOfTwoWorkers: byEach('one of two workers killed'),
  rocketmqStopped: byEach('RocketMQ stopped for 30 s'),
  rocketmqKilled: byEach('RocketMQ killed (SIGKILL)'),
  rocketmqFrozen: byEach('proxy and broker frozen (SIGSTOP) for 20 s'),
  rocketmqBusy: byEach('RocketMQ refuses under load (42900, SYSTEM_BUSY)'),
  connectionCut: byEach('connection cut within requests'),
  answerLost: byEach('connection cut before answers'),
  topicDeleted: byEach('topic deleted and made again'),
  temporalStopped: once('Temporal restarted (SIGTERM)'),
  temporalKilled: byEach('Temporal restarted (SIGKILL)'),
  diskFull: byEach('disk full under the dirty store, retried'),
  inputTruncated: byEach('input truncated, put back, retried'),
  inputAppended: byEach('input appended to, put back, retried'),
  inputReplaced: byEach('input replaced, put back, retried'),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

/** What a green test found. */
export interface FaultRow {
  readonly fault: FaultName;
  readonly transport: FaultTransport;
  /** How often it broke. @default once */
  readonly times?: number;
  /** That the run had to write. */
  readonly records: number;
  /** Of those the broker does not hold. */
  readonly lost: number;
  /** Messages that the broker holds once more. */
  readonly duplicates: number;
  /** What the report says of them. */
  readonly duplicatesAtMost: number;
  /** From when all was whole again until the run was seen to move; the longest where it broke several times. */
  readonly recoverySeconds?: number;
  /** Requests to RocketMQ that were sent again, as the report says. */
  readonly retries: number;
}

const HEAD = [
  '| fault | transport | records | lost | duplicates | at most, by the report | seconds to recover | requests sent again |',
  '|---|---|---:|---:|---:|---:|---:|---:|',
];
const TITLES: Record<FaultTransport, string> = { proxy: 'proxy', nameserver: 'name server' };
const BEGIN = '<!-- faults: begin -->';
const END = '<!-- faults: end -->';

/** The table in markdown. */
export function faultTable(rows: readonly FaultRow[]): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const lines = inOrder(rows).map((row) => {
    const { fault, transport, times, records, lost, duplicates, duplicatesAtMost, recoverySeconds, retries } =
      row;
    const title = FAULTS[fault].title + (times === undefined ? '' : `, ${times} times`);
    const numbers = [records, lost, duplicates, duplicatesAtMost].map(count);
    const cells = [title, TITLES[transport], ...numbers, recoverySeconds?.toFixed(1) ?? '', count(retries)];
    return `| ${cells.join(' | ')} |`;
  });
  return [...HEAD, ...lines].join('\n');
}

/** The document with these rows in its table; faults without a new row keep the one they have. */
export function withRows(document: string, rows: readonly FaultRow[]): string {
  const [before, table, after] = split(document);
  const fresh = faultTable(rows);
  const lines = places().flatMap((place) => line(fresh, place) ?? line(table, place) ?? []);
  return [before, BEGIN, '\n', [...HEAD, ...lines].join('\n'), '\n', END, after].join('');
}

/** The rows that the document's table lacks, as fault and transport. */
export function missingRows(document: string): string[] {
  const [, table] = split(document);
  return places()
    .filter((place) => line(table, place) === undefined)
    .map(({ fault, transport }) => `${fault} by ${transport}`);
}

function split(document: string): [before: string, table: string, after: string] {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`no table between ${BEGIN} and ${END}`);
  return [document.slice(0, from), document.slice(from + BEGIN.length, to), document.slice(to + END.length)];
}

type Place = Pick<FaultRow, 'fault' | 'transport'>;

/** Where rows stand, from the first to the last. */
const places = (): Place[] =>
  (Object.keys(FAULTS) as FaultName[]).flatMap((fault) =>
    FAULTS[fault].transports.map((transport) => ({ fault, transport })),
  );

function line(table: string, { fault, transport }: Place): string | undefined {
  return table.split('\n').find((text) => {
    const [title, by] = text.replace('| ', '').split(' | ');
    return title.replace(/, \d+ times$/, '') === FAULTS[fault].title && by === TITLES[transport];
  });
}

const inOrder = (rows: readonly FaultRow[]) =>
  places().flatMap((place) =>
    rows.filter(({ fault, transport }) => fault === place.fault && transport === place.transport),
  );
