import { userFault } from '../../job/fault.js';

/**
 * `**` in a pattern, together with the name that has two stars. Each tries the folders of a path, or the characters of a name, for
 * every way in which the rest can be matched.
 */
const MAX_SEARCHES = 2;
/** What braces let choose from in a pattern, and beside a name with two stars, which are tried with each. */
const MAX_CHOICES = 100;
const MAX_CHOICES_OF_STARS = 10;
/** Folders in one another below the one that a glob begins in: `**` tries each of them. */
const MAX_DEPTH = 64;

/** Groups that are repeated, chosen from or negated; `(1)` alone is none. */
const GROUP = /[?*+@!]\(|\)[?*+{]|\([^)]*[|(]/;

/**
 * Sees to it that any name can be matched in reasonable time: patterns become regular expressions, and while one of those runs, a
 * worker does nothing else, for as long as it takes.
 * @throws Fault the user's `glob_too_complex`
 */
export function requireBounded(pattern: string): void {
  // What is escaped, or one character of several, can be matched in one way only.
  const plain = pattern.replaceAll(/\\./g, '').replaceAll(/\[[^\]/]*\]/g, '');
  if (isBounded(plain)) return;
  throw userFault(
    'glob_too_complex',
    `Matching ${pattern} could take for ever.`,
    'Use one "*" in a name, in one of the names two, and at most two "**", or one beside a name with two "*"; ' +
      `"{…}" with at most ${MAX_CHOICES} choices in all (${MAX_CHOICES_OF_STARS} beside a name with two "*"), where those of several multiply; ` +
      'and no groups in parentheses: a parenthesis in a name is written \\( or \\). Or give a list of globs.',
  );
}

function isBounded(pattern: string): boolean {
  const stars = namesOf(pattern).map((name) => name.match(/\*+/g)?.length ?? 0);
  const several = stars.filter((count) => count > 1).length;
  const anyFolders = pattern.match(/\*{2,}/g)?.length ?? 0;
  return (
    stars.every((count) => count <= 2) &&
    several <= 1 &&
    several + anyFolders <= MAX_SEARCHES &&
    choicesIn(pattern) <= (several > 0 ? MAX_CHOICES_OF_STARS : MAX_CHOICES) &&
    !GROUP.test(pattern)
  );
}

/**
 * Sees to it that a folder is not too deep to be searched for by `**`.
 * @param levels how many folders there are between it and the one that the glob begins in
 * @throws Fault the user's `folders_too_deep`
 */
export function requireReachable(path: string, levels: number): void {
  if (levels <= MAX_DEPTH) return;
  throw userFault(
    'folders_too_deep',
    `A glob of source.path leads through more than ${MAX_DEPTH} folders in one another: ${path}`,
    'Name the folders of the files instead of searching for them by **, or move them up.',
  );
}

/** A slash in braces does not end a name: what stands beside it may be nothing. */
function namesOf(pattern: string): string[] {
  const names = [''];
  let open = 0;
  for (const character of pattern) {
    if (character === '{') open++;
    if (character === '}') open--;
    if (character === '/' && open <= 0) names.push('');
    else names[names.length - 1] += character;
  }
  return names;
}

function choicesIn(pattern: string): number {
  let choices = 1;
  const open: number[] = [];
  for (const character of pattern) {
    if (character === '{') open.push(1);
    else if (character === ',' && open.length > 0) open[open.length - 1]++;
    else if (character === '}') choices *= open.pop() ?? 1;
  }
  return choices;
}
