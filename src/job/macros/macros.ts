import type { Finding } from '../finding.js';
import { type Path, valueAt } from '../json-path.js';
import { evaluateMacro, MACRO_EXAMPLES, type MacroMistake, parseMacro } from './macro.js';

/** A macro in a text; without its end where the text ends first. */
const MACRO = /\$\{([^}]*)(\}?)/g;

/** Where a job has no schedule. */
const DEFAULT_TIMEZONE = 'UTC';

/**
 * The text with its macros filled in; what is none stays as it is.
 * @param at the planned time, in milliseconds since 1970
 */
export function expandText(text: string, at: number, timezone: string): string {
  return text.replace(MACRO, (all: string, inner: string, end: string) => {
    const macro = end === '' ? undefined : parseMacro(inner);
    return macro && !('message' in macro) ? evaluateMacro(macro, at, timezone) : all;
  });
}

/**
 * A job's document without macros, as it is run at a time. Filled in are `source.path` and the texts of `constant` steps,
 * in the time zone of the schedule. What comes out never holds a macro, so that doing it again changes nothing.
 * @param at the planned time, in milliseconds since 1970
 */
export function expandMacros(document: unknown, at: number): unknown {
  const timezone = timezoneOf(document);
  return macroTexts(document).reduce(
    (changed, { path, text }) => withText(changed, path, expandText(text, at, timezone)),
    document,
  );
}

/** The time zone of a document's macros. */
export function timezoneOf(document: unknown): string {
  const timezone = valueAt(document, ['schedule', 'timezone']);
  return typeof timezone === 'string' ? timezone : DEFAULT_TIMEZONE;
}

/** Every `${…}` in a path or a constant that is no macro. */
export function findMacroMistakes(document: unknown): Finding[] {
  return macroTexts(document).flatMap(({ path, text }) =>
    mistakesOf(text).map((mistake) => ({ path, at: 'value' as const, ...mistake })),
  );
}

/** Every macro that has not been filled in. */
export function findMacros(document: unknown): Finding[] {
  return macroTexts(document).map(({ path }) => ({
    path,
    at: 'value',
    message:
      'holds a macro, which is filled in when a run starts: start it with `rocketlift start` or by a schedule, or write the text out',
  }));
}

function mistakesOf(text: string): MacroMistake[] {
  return [...text.matchAll(MACRO)].flatMap(([all, inner, end]) => {
    if (end === '') return [{ message: `${all}: expected "}" at the end`, expected: MACRO_EXAMPLES }];
    const macro = parseMacro(inner);
    return 'message' in macro ? [macro] : [];
  });
}

interface Place {
  readonly path: Path;
  readonly text: string;
}

/** The texts with `${` in them, of those that may hold macros. */
function macroTexts(document: unknown): Place[] {
  const source: Path = ['source', 'path'];
  const paths = valueAt(document, source);
  const places = Array.isArray(paths) ? paths.map((_, i) => [...source, i]) : [source];
  const steps = valueAt(document, ['transform']);
  for (const [i, step] of (Array.isArray(steps) ? steps : []).entries()) {
    const constants = valueAt(step, ['constant']);
    if (typeof constants !== 'object' || constants === null) continue;
    places.push(...Object.keys(constants).map((name) => ['transform', i, 'constant', name]));
  }
  return places.flatMap((path) => {
    const text = valueAt(document, path);
    return typeof text === 'string' && text.includes('${') ? [{ path, text }] : [];
  });
}

/** A copy with another text at a path. */
function withText(value: unknown, [key, ...rest]: Path, text: string): unknown {
  if (key === undefined) return text;
  if (Array.isArray(value)) return value.map((inner, i) => (i === key ? withText(inner, rest, text) : inner));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: withText(object[key], rest, text) };
}
