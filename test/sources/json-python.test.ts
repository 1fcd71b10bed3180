import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runPython } from '../support/python.js';
import { documentsAndPath } from './json-tree.js';
import { open, PROPERTY, readAll, useFolder } from './reading.js';

const folder = useFolder();

/** Python keeps whole numbers as they are, and with `parse_float` the digits of others; pairs keep equal names. */
const WALK = `
class Members(list):
    pass

decoder = json.JSONDecoder(object_pairs_hook=Members, parse_float=lambda digits: {"digits": digits})

def documents(text):
    at = 0
    while True:
        while at < len(text) and text[at] in " \\t\\r\\n":
            at += 1
        if at == len(text):
            return
        value, at = decoder.raw_decode(text, at)
        yield value

def record(value):
    return value if isinstance(value, Members) else "not_an_object"

def records(value, path, inside):
    if not path:
        if value is None and inside:
            return ["path_not_found"]
        if isinstance(value, list) and not isinstance(value, Members):
            return [record(element) for element in value]
        return [record(value)]
    step, rest = path[0], path[1:]
    if step == "*":
        inner = value if isinstance(value, list) and not isinstance(value, Members) else None
    else:
        inner = [member for name, member in value if name == step] or None if isinstance(value, Members) else None
    if inner is None:
        return ["path_not_found"]
    return [found for each in inner for found in records(each, rest, True)]

output = []
for case in input:
    with open(case["file"], encoding="utf-8") as file:
        found = [each for document in documents(file.read()) for each in records(document, case["path"], bool(case["path"]))]
    ours = [each if not each.startswith("{") else decoder.decode(each) for each in case["records"]]
    output.append("same" if found == ours else {"python": repr(found), "ours": repr(ours)})
`;

test('Python finds the same records in the same places', PROPERTY, async () => {
  const cases = [];
  for (const { content, path } of fc.sample(documentsAndPath, 400)) {
    const file = folder.newFile('.json', content);
    const fields = { type: 'json', path: file, ...(path.length > 0 && { recordPath: path }) };
    const records = await readAll(open(fields, { blockSize: 1 + (content.length % 50) }));
    const texts = records.map(({ raw, fault }) => fault ?? Buffer.from(raw, 'latin1').toString());
    cases.push({ file, path, records: texts });
  }
  expect(cases.filter(({ records }) => records.some((text) => text.startsWith('{'))).length).toBeGreaterThan(
    50,
  );
  expect(runPython(WALK, cases)).toEqual(cases.map(() => 'same'));
});
