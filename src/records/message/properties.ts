import type { RecordFault } from '../../job/fault.js';
import type { Message } from '../../job/message.js';
import type { Sink } from '../../job/schema/sink.js';
import { parseTemplate } from '../../job/template.js';
import { type Fields, templateText } from './template-text.js';

type Properties = NonNullable<Message['properties']>;

const CONTROL = /\p{Cc}/u;

/** The properties of a record; undefined if the job has none. */
export function propertyTexts<R>(
  { properties }: Sink,
  fields: Fields<R>,
): ((record: R) => Properties | RecordFault) | undefined {
  const makers = Object.entries(properties ?? {}).map(([name, text]) => ({
    name,
    fill: templateText(parseTemplate(text) ?? [], fields, {
      where: `sink.properties.${name}`,
      part: 'property',
      missing: () => undefined,
    }),
  }));
  if (makers.length === 0) return undefined;
  return (record) => {
    const made: [string, string][] = [];
    for (const { name, fill } of makers) {
      const value = fill(record);
      // RocketMQ keeps no property without a text.
      if (value === undefined || value === '') continue;
      if (typeof value === 'object') return value;
      if (CONTROL.test(value)) return badProperty(name);
      made.push([name, value]);
    }
    return made;
  };
}

function badProperty(name: string): RecordFault {
  return {
    code: 'bad_property',
    message: `the value of property ${JSON.stringify(name)} has a control character`,
  };
}
