/** Python as another writer, and as another opinion of what bytes stand for. */
import { describe, expect, test } from 'vitest';
import { fileEncoding } from '../../src/sources/files/encodings/file-encoding.js';
import { runPython } from '../support/python.js';
import { alphabetOf, MULTI_BYTE, SINGLE_BYTE } from './alphabets.js';
import { open, PROPERTY, readAll, readJson, useFolder } from './reading.js';

const folder = useFolder();

/** What Python calls encodings; some have characters that ours do not, which the texts here leave out. */
const NAMES: Readonly<Record<string, string>> = {
  gbk: 'gbk',
  gb18030: 'gb18030',
  shift_jis: 'cp932',
  big5: 'big5',
  'euc-jp': 'euc_jp',
  'euc-kr': 'cp949',
  'utf-16': 'utf-16',
  'utf-16be': 'utf-16-be',
  latin1: 'cp1252',
  'koi8-r': 'koi8_r',
  'iso-2022-jp': 'iso2022_jp',
};

const WRITE = `
import csv
job = input
for kind, path in job["paths"].items():
    with open(path, "w", encoding=job["encoding"], newline="") as f:
        if kind == "csv":
            writer = csv.writer(f, lineterminator="\\n")
            writer.writerow(["x", "y"])
            writer.writerows(job["rows"])
        elif kind == "ndjson":
            for row in job["rows"]:
                f.write(json.dumps({"x": row[0], "y": row[1]}, ensure_ascii=False) + "\\n")
        else:
            json.dump([{"x": row[0], "y": row[1]} for row in job["rows"]], f, ensure_ascii=False)
output = None
`;

/** Characters that both have, a few hundred from all over the encoding. */
const CHARACTERS = `
job = input
def fits(c):
    try:
        return c.encode(job["name"]).decode(job["name"]) == c
    except UnicodeError:
        return False
output = [c for c in job["characters"] if fits(c)]
`;

function charactersOf(encoding: string, name: string): string[] {
  if (encoding.startsWith('utf-16')) return ['é', '中', '文', '😀', '\ufffd', '한'];
  const canonical = encoding === 'latin1' ? 'windows-1252' : encoding;
  const all = [...alphabetOf(canonical).keys()];
  const some = all.filter((_, i) => i % Math.ceil(all.length / 400) === 0);
  return runPython(CHARACTERS, { name, characters: some }) as string[];
}

describe.each(Object.entries(NAMES))('%s as Python writes it', (encoding, name) => {
  const characters = charactersOf(encoding, name);
  const specials = ['"', ',', '\n', '\\', '[]', '{}', '|', 'a'];
  const rows = characters.map((character, i) => [
    `${character}${specials[i % specials.length]}${characters[(i * 7) % characters.length]}`,
    `${i}${character}`,
  ]);

  test('is read as it was written', PROPERTY, async () => {
    expect(characters.length).toBeGreaterThan(5);
    const paths = {
      csv: folder.newFile('.csv', ''),
      ndjson: folder.newFile('.ndjson', ''),
      json: folder.newFile('.json', ''),
    };
    runPython(WRITE, { encoding: name, paths, rows });
    const any = { partitionSize: 500, blockSize: 100 };
    const records = await readAll(open({ type: 'csv', path: paths.csv, encoding }, any));
    expect(records.map(({ values }) => values)).toEqual(rows);
    for (const type of ['ndjson', 'json'] as const) {
      const objects = await readJson(open({ type, path: paths[type], encoding }, any));
      expect(objects.map((object) => JSON.parse(object))).toEqual(rows.map(([x, y]) => ({ x, y })));
    }
  });
});

const DECODE = `
job = input
def decode(name, sequence):
    try:
        text = bytes(sequence).decode(name)
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None
output = [[decode(name, s) for s in job["sequences"]] for name in job["names"]]
`;

/** What Python says; null for what it has no single character for. */
const theirs = (names: readonly string[], sequences: readonly number[][]) =>
  runPython(DECODE, { names, sequences }) as (string | null)[][];

/** What our tables say. */
function ours(encoding: string, sequences: readonly number[][]): (string | null)[] {
  const { decode } = fileEncoding(encoding, '');
  return sequences.map((sequence) => {
    const faults = new Map();
    const records = { buffer: Buffer.from(sequence), starts: [0], ends: [sequence.length] };
    const { buffer, ends } = decode(records, faults);
    const text = buffer.toString('utf8', 0, ends[0]);
    return faults.size === 0 && [...text].length === 1 ? text : null;
  });
}

/** In hexadecimal, the sequences that both know, but not as the same. */
function differing(
  encoding: string,
  sequences: readonly number[][],
  python: readonly (string | null)[],
): string[] {
  const mine = ours(encoding, sequences);
  const different = sequences.filter(
    (_, i) => python[i] !== null && mine[i] !== null && python[i] !== mine[i],
  );
  return different.map((sequence) => Buffer.from(sequence).toString('hex'));
}

const PYTHON_NAMES: Readonly<Record<string, string>> = {
  ibm866: 'cp866',
  macintosh: 'mac_roman',
  'windows-874': 'cp874',
  'x-mac-cyrillic': 'mac_cyrillic',
  'iso-8859-8-i': 'iso-8859-8',
};

test('what both know of encodings of one byte is the same', PROPERTY, () => {
  const sequences = Array.from({ length: 256 }, (_, byte) => [byte]);
  const names = SINGLE_BYTE.map((encoding) => PYTHON_NAMES[encoding] ?? encoding);
  const known = theirs(names, sequences);
  const different = SINGLE_BYTE.flatMap((encoding, i) =>
    differing(encoding, sequences, known[i]).map((byte) => `${encoding} ${byte}`),
  );
  // The standard has the letters of Belarus in KOI8-U.
  expect(different).toEqual(['koi8-u ae', 'koi8-u be']);
});

/** Signs for which Unicode has more than one place, such as the wave dash, and characters that it got later. */
const KNOWN: Readonly<Record<string, string>> = {
  gb18030:
    'a3a0 a6d9 a6da a6db a6dc a6dd a6de a6df a6ec a6ed a6f3 a8bc fe59 fe61 fe66 fe67 fe6d fe7e fe90 fea0',
  big5: 'a145 a14e a1c2 a1e3 a1f2 a1f3 a241 a242 a244 a246 a247',
  'euc-jp': 'a1c1 a1c2 a1dd a1f1 a1f2 a2cc',
};

test.each(MULTI_BYTE)(
  'pairs of %s that both know are the same, but for a few signs',
  PROPERTY,
  (encoding) => {
    const sequences: number[][] = [];
    for (let first = 0x81; first < 0xff; first++)
      for (let second = 0x40; second < 0xff; second++) sequences.push([first, second]);
    const [known] = theirs([NAMES[encoding]], sequences);
    expect(known.filter((text) => text !== null).length).toBeGreaterThan(6000);
    expect(differing(encoding, sequences, known).join(' ')).toBe(KNOWN[encoding] ?? '');
  },
);
