import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, visit } from 'yaml';
import { TOO_DEEP } from './document-shape.js';
import type { Finding } from './finding.js';
import { type Path, pathText } from './json-path.js';
import { JobFileError, type JobProblem, MAX_PROBLEMS } from './problem.js';
import { parseDocuments } from './yaml-documents.js';
import { repeatedKeys } from './yaml-keys.js';

/** More aliases than any job needs; each may repeat what it names, so that a few lines could fill the memory. */
const MAX_ALIASES = 100;

/** Characters in the text of a job file. */
const MAX_LENGTH = 1024 * 1024;

/** The plain data in a text, and where each part of it stands. */
export interface ParsedText {
  readonly document: unknown;
  /** What can't be told from the data any more. */
  readonly findings: readonly Finding[];
  /** The finding as a problem with line and column. */
  place(finding: Finding): JobProblem;
}

/** Reads YAML, and with it JSON. Throws a {@link JobFileError} where the text is neither. */
export function parseText(text: string, file: string): ParsedText {
  const lines = new LineCounter();
  const problemAt = (offset: number, message: string, path = ''): JobProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, path, message };
  };
  const fail = (problems: readonly JobProblem[]): never => {
    throw new JobFileError(file, problems);
  };

  if (text.length > MAX_LENGTH) return fail([problemAt(0, 'the file is larger than 1 MiB; expected a job')]);
  const documents = parseDocuments(text, lines);
  if ('offset' in documents) return fail([problemAt(documents.offset, TOO_DEEP)]);
  const [doc] = documents;
  if (!doc?.contents) return fail([problemAt(0, 'the file is empty; expected a job')]);
  const wrong = [...doc.errors, ...doc.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    message: SENTENCES[code] ?? `not valid YAML: ${withoutSource(message)}`,
  }));
  const repeated = repeatedKeys(doc).map((offset) => ({ offset, message: REPEATED }));
  const mistakes = [...wrong, ...repeated].sort((a, b) => a.offset - b.offset).slice(0, MAX_PROBLEMS + 1);
  if (mistakes.length > 0) return fail(mistakes.map(({ offset, message }) => problemAt(offset, message)));
  if (documents.length > 1) {
    return fail([problemAt(documents[1].range[0], 'a second document; expected one job in a file')]);
  }
  if (doc.directives?.yaml.explicit && doc.directives.yaml.version !== '1.2') {
    return fail([problemAt(0, 'expected YAML 1.2; remove the line that starts with %YAML')]);
  }
  const place = ({ path, at, message, expected, nearest }: Finding): JobProblem => ({
    ...problemAt(offsetOf(doc, path, at), message, pathText(path)),
    ...(expected !== undefined && { expected }),
    ...(nearest !== undefined && { nearest }),
  });
  return {
    document: plainData(doc, (message) => fail([problemAt(0, message)])),
    findings: inexactNumbers(doc),
    place,
  };
}

function plainData(doc: Document, fail: (message: string) => never): unknown {
  try {
    return doc.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // What toJS throws for aliases: those that name nothing, and those that repeat too much.
    if (!(error instanceof ReferenceError)) throw error;
    return fail(
      error.message.startsWith('Unresolved')
        ? 'a YAML alias (*name) without its anchor (&name)'
        : 'too many YAML aliases; write the values out',
    );
  }
}

const REPEATED = 'this field stands here a second time; remove one';

const SENTENCES: Record<string, string | undefined> = {
  TAB_AS_INDENT: 'a tab at the start of a line; indent with spaces',
  // The messages for these cite the text, which may be a secret that somebody wrote there.
  TAG_RESOLVE_FAILED: 'not valid YAML: an unknown tag; put a value that starts with "!" in quotes',
  BAD_DIRECTIVE: 'not valid YAML: a line that starts with "%" and is no directive',
};

/** The message without what it cites of the text behind a colon, which may be a secret that somebody wrote there. */
const withoutSource = (message: string): string => message.replace(/(?<=[a-z]): .*$/s, '');

/** Where to point at: the value, the key, or for `around` the key of the object that lacks the field. */
function offsetOf(doc: Document, path: Path, at: Finding['at']): number {
  const steps = at === 'around' ? path.slice(0, -1) : path;
  let node: unknown = doc.contents;
  let key: unknown;
  for (const part of steps) {
    const parent = isAlias(node) ? node.resolve(doc) : node;
    if (isMap(parent)) {
      const pair = parent.items.find(
        (item) => String(isScalar(item.key) ? item.key.value : item.key) === part,
      );
      [key, node] = [pair?.key, pair?.value];
    } else {
      [key, node] = [undefined, isSeq(parent) ? parent.items[Number(part)] : undefined];
    }
  }
  const [first, second] = at === 'value' ? [node, key] : [key, node];
  return startOf(first) ?? startOf(second) ?? startOf(doc.contents) ?? 0;
}

const startOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

/** Numbers that were rounded when they were read: their digits are not those in the text. */
function inexactNumbers(doc: Document): Finding[] {
  const found: Finding[] = [];
  visit(doc, {
    Scalar(index, node, ancestors) {
      if (typeof node.value !== 'number' || node.source === undefined || isExact(node.source, node.value))
        return undefined;
      found.push({
        path: pathOf(index, ancestors),
        at: 'value',
        message: 'a number with more digits than can be kept; write it as text, in quotes',
      });
      return found.length > MAX_PROBLEMS ? visit.BREAK : undefined;
    },
  });
  return found;
}

/** The path of a visited node: the keys of the pairs and the places in the lists around it. */
function pathOf(index: VisitorIndex, ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((ancestor, i): Path => {
    if (isPair(ancestor)) return [String(isScalar(ancestor.key) ? ancestor.key.value : ancestor.key)];
    if (!isSeq(ancestor)) return [];
    const next = ancestors[i + 1];
    return [next === undefined ? Number(index) : ancestor.items.indexOf(next)];
  });
}

type VisitorIndex = number | 'key' | 'value' | null;

function isExact(source: string, value: number): boolean {
  if (/^[-+]?\.(inf|nan)$/i.test(source)) return true; // the schema says that these are no numbers
  if (/^0[xo]/i.test(source)) return Number.isSafeInteger(value);
  return Number.isFinite(value) && decimal(source) === decimal(String(value));
}

/** A decimal number in one form: its digits without zeros around them, and the power of ten. */
function decimal(text: string): string {
  const [mantissa, exponent = '0'] = text.toLowerCase().replace(/^[-+]/, '').split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}
