import { userFault } from '../../job/fault.js';

/** Stars, and braces, in one name, and `**` in a pattern. With more of them, one long name can be matched in more ways than can be tried. */
const MAX_WILDCARDS = 4;

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
  const parts = plain.split('/');
  const anyFolders = parts.filter((part) => part === '**').length;
  if (parts.every(isBounded) && anyFolders <= MAX_WILDCARDS) return;
  throw userFault(
    'glob_too_complex',
    `Matching ${pattern} could take for ever.`,
    `Use at most ${MAX_WILDCARDS} of "*" and of "{…}" in a name, as many "**" in all, and no groups in parentheses; a parenthesis in a name is written \\( or \\).`,
  );
}

function isBounded(part: string): boolean {
  const stars = part.match(/\*+/g)?.length ?? 0;
  const braces = part.match(/\{/g)?.length ?? 0;
  return stars <= MAX_WILDCARDS && braces <= MAX_WILDCARDS && !GROUP.test(part);
}
