/** Every fault of the table in docs/reliability.md, in its order, and how the table calls it. */
const FAULTS = {
  workerKilled: 'worker killed (SIGKILL), ten times',
  workerStopped: 'worker asked to stop (SIGTERM), ten times',
  oneOfTwoWorkers: 'one of two workers killed',
  rocketmqStopped: 'RocketMQ stopped for 30 s',
  rocketmqKilled: 'RocketMQ killed (SIGKILL)',
  proxyFrozen: 'proxy frozen (SIGSTOP) for 20 s',
  rocketmqBusy: 'RocketMQ refuses under load (42900)',
  connectionCut: 'connection cut within requests, ten times',
  answerLost: 'connection cut before answers, ten times',
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
  '| fault | records | lost | duplicates | at most, by the report | seconds to recover | requests sent again |',
  '|---|---:|---:|---:|---:|---:|---:|',
];
const BEGIN = '<!-- faults: begin -->';
const END = '<!-- faults: end -->';

/** The table in markdown. */
export function faultTable(rows: readonly FaultRow[]): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const lines = inOrder(rows).map((row) => {
    const { fault, records, lost, duplicates, duplicatesAtMost, recoverySeconds, retries } = row;
    const numbers = [records, lost, duplicates, duplicatesAtMost].map(count);
    return `| ${[FAULTS[fault], ...numbers, recoverySeconds?.toFixed(1) ?? '', count(retries)].join(' | ')} |`;
  });
  return [...HEAD, ...lines].join('\n');
}

/** The document with these rows in its table; faults without a new row keep the one they have. */
export function withRows(document: string, rows: readonly FaultRow[]): string {
  const [before, table, after] = split(document);
  const known = new Map(rows.map(({ fault }) => [fault, line(faultTable(rows), fault)]));
  const lines = names().flatMap((fault) => known.get(fault) ?? line(table, fault) ?? []);
  return [before, BEGIN, '\n', [...HEAD, ...lines].join('\n'), '\n', END, after].join('');
}

/** The faults that have no row in the document's table. */
export function missingRows(document: string): FaultName[] {
  const [, table] = split(document);
  return names().filter((fault) => line(table, fault) === undefined);
}

function split(document: string): [before: string, table: string, after: string] {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`no table between ${BEGIN} and ${END}`);
  return [document.slice(0, from), document.slice(from + BEGIN.length, to), document.slice(to + END.length)];
}

const names = () => Object.keys(FAULTS) as FaultName[];

const line = (table: string, fault: FaultName) =>
  table.split('\n').find((text) => text.startsWith(`| ${FAULTS[fault]} |`));

const inOrder = (rows: readonly FaultRow[]) =>
  names().flatMap((name) => rows.filter(({ fault }) => fault === name));
