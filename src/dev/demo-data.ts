import { createWriteStream } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { hasCode } from './errors.js';

const COLUMNS = [
  'order_id',
  'customer',
  'email',
  'city',
  'note',
  'quantity',
  'amount',
  'currency',
  'paid',
  'created_at',
] as const;

type Row = Record<(typeof COLUMNS)[number], string>;

const FIRST_NAMES = [
  'Ada',
  'Björn',
  'Chen',
  'Dalia',
  'Émile',
  'Fatima',
  'Goran',
  'Hana',
  'Ines',
  'João',
  '美咲',
  'Zoë',
];
const LAST_NAMES = [
  'Okafor',
  'Lindqvist',
  'Wei',
  'Haddad',
  'Dubois',
  "O'Neill",
  'Petrović',
  'Novák',
  'Silva',
  '佐藤',
];
const CITIES = [
  'Lagos',
  'Malmö',
  'Shenzhen',
  'Amman',
  'Lyon',
  'Cork',
  'Zürich',
  'Praha',
  'São Paulo',
  'Washington, D.C.',
];
const NOTES = [
  '',
  '',
  '',
  '',
  'gift',
  'leave at the door',
  'call first, then deliver',
  'says "fragile" on the box',
];
const NEWLINE_NOTE = 'ring twice\nthen wait';
const CURRENCIES = ['EUR', 'USD', 'CNY', 'NGN'];
const FIRST_ORDER = 7_300_000_000_000_000_000n;
const FIRST_ORDER_AT = Date.UTC(2026, 0, 1);

/** Rows per write: large enough for speed, small enough that memory does not matter. */
const CHUNK_ROWS = 1_000;

/** How each broken row is broken. Each costs exactly its own row. */
const BREAKS: readonly ((row: Row) => string)[] = [
  (row) => line(row).split(',').slice(0, 3).join(','),
  (row) => `${line(row)},unexpected,fields`,
  (row) => line({ ...row, quantity: 'a dozen' }),
  (row) => line({ ...row, city: 'Lyon', note: '' }).replace(',Lyon,', ',"Lyon"ish,'),
  (row) => line({ ...row, quantity: '2.5' }),
];

/** Rows of the demo's file that can't become messages. */
export const BROKEN_ROWS = BREAKS.length;

/**
 * Writes a CSV file of orders: ten columns, 19-digit ids, decimals, and quotes, commas and newlines inside fields. The same count
 * always gives the same bytes; {@link BROKEN_ROWS} of the rows are broken, each in its own way.
 * @param rows without the header. @default 100000
 * @returns whether it was written; false where there was such a file already
 */
export async function writeOrders(path: string, rows = 100_000): Promise<boolean> {
  const there = await access(path).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
  if (there) return false;
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.next`;
  await pipeline(Readable.from(chunks(rows)), createWriteStream(next));
  await rename(next, path);
  return true;
}

function* chunks(rows: number): Generator<string> {
  const brokenAt = new Map(
    BREAKS.map((broken, n) => [Math.floor(((n + 0.5) * rows) / BREAKS.length), broken]),
  );
  yield `${COLUMNS.join(',')}\n`;
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - from);
    const lines = Array.from({ length: count }, (_, n) => (brokenAt.get(from + n) ?? line)(order(from + n)));
    yield `${lines.join('\n')}\n`;
  }
}

function order(n: number): Row {
  const first = pick(FIRST_NAMES, n, 1);
  const last = pick(LAST_NAMES, n, 2);
  const mailbox = `${first}.${last}`.toLowerCase().replace(/[^a-z.]/g, '') || 'order';
  return {
    order_id: String(FIRST_ORDER + BigInt(n) * 1_000_003n),
    customer: `${first} ${last}`,
    email: `${mailbox}.${n}@example.com`,
    city: pick(CITIES, n, 3),
    note: n % 50 === 7 ? NEWLINE_NOTE : pick(NOTES, n, 4),
    quantity: String(1 + (scramble(n, 5) % 20)),
    amount: ((scramble(n, 6) % 1_000_000) / 100).toFixed(2),
    currency: pick(CURRENCIES, n, 7),
    paid: String(scramble(n, 8) % 5 !== 0),
    created_at: new Date(FIRST_ORDER_AT + n * 61_000).toISOString(),
  };
}

function line(row: Row): string {
  return COLUMNS.map((column) => quoted(row[column])).join(',');
}

function quoted(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function pick<T>(from: readonly T[], n: number, salt: number): T {
  return from[scramble(n, salt) % from.length]!;
}

/** A number that looks like chance and is not: the same in, the same out. (The mixing steps of MurmurHash3.) */
function scramble(n: number, salt: number): number {
  let bits = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

// node dist/dev/demo-data.js FILE [ROWS]
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, rows] = process.argv.slice(2);
  if (path === undefined) throw new Error('Usage: node demo-data.js FILE [ROWS]');
  await writeOrders(path, rows === undefined ? undefined : Number(rows));
}
