import { createHash } from 'node:crypto';
import type { MaskRule } from '../../job/schema/transform.js';

/** What a rule makes of a text. */
export function masker(rule: MaskRule): (text: string) => string {
  if (rule === 'hash') return (text) => createHash('sha256').update(text, 'utf8').digest('hex');
  return (text) => stars(text, rule.keepLast);
}

/** Every code point but the last ones becomes a star. */
function stars(text: string, keep: number): string {
  let at = text.length;
  for (let kept = 0; kept < keep && at > 0; kept++) at -= isPairEnd(text, at) ? 2 : 1;
  return text.slice(0, at).replaceAll(/./gsu, '*') + text.slice(at);
}

function isPairEnd(text: string, end: number): boolean {
  return end > 1 && (text.codePointAt(end - 2) ?? 0) > 0xffff;
}
