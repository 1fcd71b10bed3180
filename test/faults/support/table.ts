import { type FaultTransport, TRANSPORTS } from './transports.js';

/** Every fault of the table in docs/reliability.md, in its order, as the table calls it. Each is tried by each transport. */
const FAULTS = {
  workerKilled: 'worker killed (SIGKILL)',
  workerStopped: 'worker asked to stop (SIGTERM)',
  oneOfTwoWorkers: 'one of two workers killed',
  rocketmqStopped: 'RocketMQ stopped for 30 s',
  rocketmqKilled: 'RocketMQ killed (SIGKILL)',
  rocketmqFrozen: 'proxy and broker frozen (SIGSTOP) for 20 s',
  rocketmqBusy: 'RocketMQ refuses under load (42900, SYSTEM_BUSY)',
  connectionCut: 'connection cut within requests',
  answerLost: 'connection cut before answers',
  connectionSilent: 'connection gone silent',
  topicDeleted: 'topic deleted and made again',
  temporalStopped: 'Temporal restarted (SIGTERM)',
  temporalKilled: 'Temporal restarted (SIGKILL)',
  diskFull: 'disk full under the dirty store, retried',
  inputTruncated: 'input truncated, put back, retried',
  inputAppended: 'input appended to, put back, retried',
  inputReplaced: 'input replaced, put back, retried',
} as const;

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
    const title = FAULTS[fault] + (times === undefined ? '' : `, ${times} times`);
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
    TRANSPORTS.map((transport) => ({ fault, transport })),
  );

function line(table: string, { fault, transport }: Place): string | undefined {
  return table.split('\n').find((text) => {
    const [title, by] = text.replace('| ', '').split(' | ');
    return title.replace(/, \d+ times$/, '') === FAULTS[fault] && by === TITLES[transport];
  });
}

const inOrder = (rows: readonly FaultRow[]) =>
  places().flatMap((place) =>
    rows.filter(({ fault, transport }) => fault === place.fault && transport === place.transport),
  );
