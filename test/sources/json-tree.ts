/** JSON documents of which every value's bytes are known, and a slow reading of them to compare with. */
import fc from 'fast-check';

/** A value and the text it was written as. */
export interface Tree {
  readonly text: string;
  readonly members?: readonly (readonly [name: string, value: Tree])[];
  readonly elements?: readonly Tree[];
}

const NAMES = ['a', 'b', 'ab', 'é', '"', ''];
const WORDS = [
  'null',
  'true',
  '0',
  '-12.50e+3',
  '9007199254740993123',
  '""',
  '"a"',
  '"\\u00e9é"',
  '"{[\\"]}"',
];
const LONG = ['"\\\\"', '"', `${'x'.repeat(40)}\\"`, `"${'\\'.repeat(70)}\\\\`, `"${'[{'.repeat(40)}"`];

const space = fc.constantFrom('', '', ' ', '\r\n', '\t\n ');
const escaped = (name: string) =>
  `"${[...name].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;

const scalar = fc
  .oneof(
    fc.constantFrom(...WORDS),
    fc.constantFrom(...LONG.filter((text) => isJson(text))),
    fc.string({ unit: 'binary', maxLength: 50 }).map((text) => JSON.stringify(text)),
  )
  .map((text): Tree => ({ text }));

const { value: tree } = fc.letrec<{ value: Tree; array: Tree; object: Tree }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, tie('array'), tie('object'), tie('object')),
  array: fc
    .tuple(fc.array(tie('value'), { maxLength: 5 }), space, space)
    .map(([elements, before, behind]) => ({
      elements,
      text: `[${before}${elements.map(({ text }) => text).join(`${behind},${before}`)}${behind}]`,
    })),
  object: fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.boolean(), tie('value')), { maxLength: 5 }),
      space,
      space,
    )
    .map(([members, before, behind]) => ({
      members: members.map(([name, , value]) => [name, value] as const),
      text: `{${before}${members
        .map(([name, asEscapes, { text }]) => {
          const key = asEscapes ? escaped(name) : JSON.stringify(name);
          return `${key}${behind}:${before}${text}`;
        })
        .join(`${behind},${before}`)}${behind}}`,
    })),
}));

/** Documents with what may stand between them: words need something there. */
const documents: fc.Arbitrary<{ trees: Tree[]; content: string }> = fc
  .tuple(fc.array(tree, { maxLength: 4 }), fc.constantFrom(' ', '\n', '\r\n\t'), fc.boolean())
  .map(([trees, between, isDense]) => ({
    trees,
    content: trees.map(({ text }) => (isDense && /[\]}"]$/.test(text) ? text : text + between)).join(''),
  }));

const anyPath = fc.array(fc.constantFrom('a', 'b', 'é', '*'), { maxLength: 3 });

/** A path that leads somewhere in a document, by the choice of a child at every step. */
function pathInto({ members = [], elements = [] }: Tree, [choice, ...rest]: readonly number[]): string[] {
  if (choice === undefined) return [];
  const [name, member] = members[choice % members.length] ?? [];
  if (name && member) return [name, ...pathInto(member, rest)];
  return elements.length > 0 ? ['*', ...pathInto(elements[choice % elements.length], rest)] : [];
}

/** Documents, and a path that often leads somewhere in them. */
export const documentsAndPath: fc.Arbitrary<{ trees: Tree[]; content: string; path: string[] }> = fc
  .tuple(documents, anyPath, fc.array(fc.nat({ max: 20 }), { maxLength: 3 }), fc.integer({ min: 0, max: 3 }))
  .map(([{ trees, content }, path, choices, mix]) => ({
    trees,
    content,
    path: mix > 0 && trees.length > 0 ? pathInto(trees[0], choices) : path,
  }));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The records of a document: the text of each, or why it is dirty. */
export function recordsOf(tree: Tree, path: readonly string[], isInside = path.length > 0): string[] {
  const [step, ...rest] = path;
  if (step === undefined) {
    if (isInside && tree.text === 'null') return ['path_not_found'];
    return (tree.elements ?? [tree]).map(({ members, text }) => (members ? text : 'not_an_object'));
  }
  if (step === '*') {
    return tree.elements?.flatMap((element) => recordsOf(element, rest, true)) ?? ['path_not_found'];
  }
  const values = tree.members?.filter(([name]) => name === step) ?? [];
  return values.length > 0 ? values.flatMap(([, value]) => recordsOf(value, rest, true)) : ['path_not_found'];
}
