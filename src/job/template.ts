import { looksLikeMacro } from './macros/macro.js';

/** Text with fields of the record in it: `order-${status}`. Literal parts and fields in their order. */
export type Template = readonly (string | { readonly field: string })[];

/** Takes a template apart; undefined if a `${` in it is not closed, or empty. */
export function parseTemplate(text: string): Template | undefined {
  const parts: (string | { readonly field: string })[] = [];
  let rest = text;
  for (let at = rest.indexOf('${'); at !== -1; at = rest.indexOf('${')) {
    const end = rest.indexOf('}', at);
    if (end === -1 || end === at + 2) return undefined;
    if (at > 0) parts.push(rest.slice(0, at));
    parts.push({ field: rest.slice(at + 2, end) });
    rest = rest.slice(end + 1);
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

/** Whether a text has fields of the record in it. */
export const isTemplate = (text: string): boolean => text.includes('${');

/** What there should be instead of a name that can be meant for none; a JSON record would just lack it. */
export function templateMistake(template: Template): string | undefined {
  for (const part of template) {
    if (typeof part === 'string') continue;
    const { field } = part;
    if (looksLikeMacro(field)) {
      return `the name of a field in \${ }, not a macro, found \${${field}}: make a constant of it (transform), and name that`;
    }
    if (field.trim() !== field) {
      return `the name of a field without white space around it, found \${${field}}`;
    }
  }
  return undefined;
}
