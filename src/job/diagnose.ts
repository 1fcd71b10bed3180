import type { z } from 'zod';
import { shapeOf } from './document-shape.js';
import type { Finding } from './finding.js';
import { type Path, valueAt } from './json-path.js';
import { findLater } from './later.js';
import { findMacroMistakes } from './macros/macros.js';
import { nearest } from './nearest.js';
import { MAX_PROBLEMS } from './problem.js';
import { type Job, jobSchema } from './schema/job.js';
import { asPhrase, expectedText, fieldNames, schemaAt } from './schema/json-schema.js';
import { isSecret } from './secret-fields.js';

type Issue = z.core.$ZodIssue;

/** One more than are told of, so that it shows that there are more. */
const ENOUGH = MAX_PROBLEMS + 1;

/** Stands for "the schema has no text of its own"; what is expected is then told from the JSON Schema. */
const NO_TEXT = '';

/** Checks a document against the schema: the job with its defaults, or the mistakes in it, somewhat more than are told of at most. */
export function diagnose(document: unknown): { job: Job } | { findings: Finding[] } {
  const { tooDeep, names } = shapeOf(document);
  if (tooDeep) return { findings: [tooDeep] };
  const parsed = jobSchema.safeParse(document, { error: () => NO_TEXT });
  const later = [...findLater(document), ...findMacroMistakes(document), ...names];
  if (parsed.success && later.length === 0) return { job: parsed.data };
  const issues = parsed.success
    ? []
    : parsed.error.issues.slice(0, ENOUGH).flatMap((issue) => explain(document, issue, []));
  const rest = issues.filter(({ path }) => !later.some((finding) => startsWith(path, finding.path)));
  return { findings: withoutEchoes([...later.slice(0, ENOUGH), ...rest]).slice(0, ENOUGH) };
}

function explain(document: unknown, issue: Issue, base: Path): Finding[] {
  const path: Path = [...base, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, ENOUGH).map((key) => unknownField(document, path, key));
  if (issue.code === 'invalid_key') return [wrongName(path, issue.issues[0].message)];
  if (issue.code === 'custom' && issue.params?.at === 'key') return [wrongName(path, issue.message)];
  const value = valueAt(document, path);
  if (value === undefined) return [missing(document, path, issue)];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return union(document, issue, path, value);
  return [unexpected(document, path, value, issue)];
}

function wrongName(path: Path, message: string): Finding {
  const expected = message || 'a name that is not empty';
  return { path, at: 'key', message: `expected ${expected}`, expected };
}

function unknownField(document: unknown, path: Path, key: string): Finding {
  const known = fieldNames(schemaAt(document, path));
  const meant = nearest(key, known);
  return {
    path: [...path, key],
    at: 'key',
    message: `unknown field; ${meant ? `did you mean ${meant}?` : `expected one of ${known.join(', ')}`}`,
    expected: `one of ${known.join(', ')}`,
    ...(meant && { nearest: meant }),
  };
}

function missing(document: unknown, path: Path, issue: Issue): Finding {
  const around = schemaAt(document, path.slice(0, -1));
  const [field] = around.flatMap((node) => node.properties?.[String(path.at(-1))] ?? []);
  // What is missing only beside something else says so itself.
  const own = issue.code === 'custom' ? issue.message : undefined;
  const expected = own ?? field?.description ?? expectedText(schemaAt(document, path));
  return { path, at: 'around', message: `missing field (${asPhrase(expected)})`, expected };
}

function unexpected(document: unknown, path: Path, value: unknown, issue: Issue): Finding {
  const nodes = schemaAt(document, path);
  const expected = issue.message || expectedText(nodes);
  const names = nodes.flatMap((node) => [
    ...(node.enum ?? []),
    ...(node.const === undefined ? [] : [node.const]),
  ]);
  // `source.type` is the one field whose values stand in forms of the object around it.
  const forms = path.at(-1) === 'type' ? schemaAt(document, path.slice(0, -1)) : [];
  const types = forms.map((form) => form.properties?.type?.const);
  const known = [...names, ...types].filter((name) => typeof name === 'string');
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  const found = saysEnough(issue, value) || isSecret(path) ? '' : `, found ${kindOf(value)}`;
  return {
    path,
    at: 'value',
    message: `expected ${expected}${found}${meant ? `; did you mean ${meant}?` : ''}`,
    expected,
    ...(meant && { nearest: meant }),
  };
}

/** Whether what was expected says already what is wrong: of a text that is one, and of objects and lists of the right kind. */
function saysEnough({ code }: Issue, value: unknown): boolean {
  if (typeof value === 'string') return code !== 'invalid_type';
  return code === 'custom' && typeof value === 'object' && value !== null;
}

/** A union names no branch. The mistake is told from the one that the user most likely meant, if there is one. */
function union(
  document: unknown,
  issue: Issue & { code: 'invalid_union' },
  path: Path,
  value: unknown,
): Finding[] {
  const branches = issue.errors
    .filter((branch) => !branch.some((inner) => inner.path.length === 0 && isOtherKind(inner, value)))
    .map((issues) => ({ issues, strangers: issues.flatMap((i) => (isStrangers(i) ? i.keys : [])) }));
  const fewest = Math.min(...branches.map(({ strangers }) => strangers.length));
  const [likely, ...equal] = branches.filter(({ strangers }) => strangers.length === fewest);
  if (likely && equal.length === 0) return likely.issues.flatMap((inner) => explain(document, inner, path));
  const known = fieldNames(schemaAt(document, path));
  const unknown = (likely?.strangers ?? []).filter((key) => !known.includes(key)).slice(0, ENOUGH);
  if (unknown.length > 0) return unknown.map((key) => unknownField(document, path, key));
  return [unexpected(document, path, value, issue)];
}

function isStrangers(issue: Issue): issue is Issue & { code: 'unrecognized_keys' } {
  return issue.code === 'unrecognized_keys' && issue.path.length === 0;
}

/** Whether a branch of a union is out of the question because it is for another kind of value. */
function isOtherKind(issue: Issue, value: unknown): boolean {
  if (issue.code === 'invalid_union') {
    return (
      issue.errors.length > 0 &&
      issue.errors.every((branch) => branch.some((inner) => isOtherKind(inner, value)))
    );
  }
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof value !== 'string');
}

/** A misspelt required field would otherwise be listed twice: as unknown, and as missing. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const meant = findings
    .filter(({ at }) => at === 'key')
    .map(({ path, nearest: name }) => [...path.slice(0, -1), name ?? '']);
  return findings.filter(({ at, path }) => at !== 'around' || !meant.some((other) => isSame(other, path)));
}

const startsWith = (path: Path, start: Path) =>
  start.length <= path.length && isSame(path.slice(0, start.length), start);
const isSame = (a: Path, b: Path) => a.length === b.length && a.every((part, i) => part === b[i]);

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return `the number ${value}`;
  return String(value);
}
