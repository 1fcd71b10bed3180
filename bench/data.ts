import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heath', 'inlet', 'jetty'];
const HEADER = 'order_id,customer_name,email_address,city,note,quantity,amount,currency,paid,created_at';

/** Row `n`: ten columns, about 200 bytes, one row in ten with a quoted field. */
function row(n: number): string {
  const word = (salt: number) => WORDS[(n * 31 + salt * 17) % WORDS.length];
  const note =
    n % 10 === 0
      ? `"${word(1)}, ""${word(2)}"" and ${word(3)}"`
      : `${word(1)} ${word(2)} ${word(3)} ${word(4)} ${word(5)}`;
  return [
    7_300_000_000_000_000_000n + BigInt(n),
    `${word(6)} ${word(7)} ${word(8)}`,
    `${word(6)}.${word(7)}.${n}@mail.example.com`,
    `${word(9)} upon ${word(10)} ${word(11)}`,
    note,
    n % 100,
    `${n % 10_000}.${String(n % 100).padStart(2, '0')}`,
    'EUR',
    n % 3 === 0,
    `2026-01-01T00:${String(n % 60).padStart(2, '0')}:00.000000Z and some more text`,
  ].join(',');
}

/** Writes `rows` rows below a header. */
export async function writeCsv(path: string, rows: number): Promise<void> {
  function* chunks() {
    yield `${HEADER}\n`;
    for (let n = 0; n < rows; n += 1000) {
      const lines = Array.from({ length: Math.min(1000, rows - n) }, (_, i) => row(n + i));
      yield `${lines.join('\n')}\n`;
    }
  }
  await pipeline(Readable.from(chunks()), createWriteStream(path));
}
