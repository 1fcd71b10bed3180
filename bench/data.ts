import { createWriteStream } from 'node:fs';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heath', 'inlet', 'jetty'];
const CITIES = ['上海', '深圳', '杭州', '成都'];

export const COLUMNS = [
  'order_id',
  'customer_name',
  'email_address',
  'city',
  'note',
  'quantity',
  'amount',
  'currency',
  'paid',
  'created_at',
] as const;

/** Columns that are numbers or truth values, so that they stand without quotes in JSON. */
export const TYPES = {
  order_id: 'integer',
  quantity: 'integer',
  amount: 'decimal',
  paid: 'boolean',
} as const;

/** Row `n`: ten values, about 200 bytes of CSV, one row in ten with a field that needs quotes. */
export type Row = (n: number) => string[];

export const asciiRow: Row = (n) => {
  const word = (salt: number) => WORDS[(n * 31 + salt * 17) % WORDS.length];
  const note =
    n % 10 === 0
      ? `${word(1)}, "${word(2)}" and ${word(3)}`
      : `${word(1)} ${word(2)} ${word(3)} ${word(4)} ${word(5)}`;
  const more = `${word(12)} ${word(13)} ${word(14)}`;
  return [
    String(7_300_000_000_000_000_000n + BigInt(n)),
    `${word(6)} ${word(7)} ${word(8)}`,
    `${word(6)}.${word(7)}.${n}@mail.example.com`,
    `${word(9)} upon ${word(10)} ${word(11)} ${more}`,
    note,
    String(n % 100),
    `${n % 10_000}.${String(n % 100).padStart(2, '0')}`,
    'EUR',
    String(n % 3 === 0),
    `2026-01-01T00:${String(n % 60).padStart(2, '0')}:00.000000Z`,
  ];
};

/** The same with a few Chinese characters, so that an encoding has something to do. */
export const chineseRow: Row = (n) => {
  const row = asciiRow(n);
  row[3] = `${CITIES[n % CITIES.length]} ${row[3]}`;
  return row;
};

export function csvLine(values: readonly string[]): string {
  return values.map((value) => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
}

export function jsonObject(values: readonly string[]): string {
  const members = COLUMNS.map((name, i) => {
    return `"${name}":${name in TYPES ? values[i] : JSON.stringify(values[i])}`;
  });
  return `{${members.join(',')}}`;
}

/** Writes chunks of text or bytes to a file as fast as it takes them. */
export async function writeChunks(
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<Uint8Array>,
  through: Transform = new PassThrough(),
): Promise<void> {
  await pipeline(Readable.from(chunks, { objectMode: true }), through, createWriteStream(path));
}

/** A thousand records at a time, each followed by `after`. */
export function* records(rows: number, text: (n: number) => string, after: string): Generator<string> {
  for (let n = 0; n < rows; n += 1000) {
    let chunk = '';
    for (let i = n; i < Math.min(rows, n + 1000); i++) chunk += text(i) + after;
    yield chunk;
  }
}

/** One row in a hundred with a quantity that is no number. */
export const dirtyRow: Row = (n) => {
  const row = asciiRow(n);
  return n % 100 === 50 ? row.with(5, 'many') : row;
};

/** Writes `rows` rows below a header. */
export async function writeCsv(path: string, rows: number, row: Row = asciiRow): Promise<void> {
  function* chunks() {
    yield `${COLUMNS.join(',')}\n`;
    yield* records(rows, (n) => csvLine(row(n)), '\n');
  }
  await writeChunks(path, chunks());
}
