import type { RecordFault } from '../../job/fault.js';
import type { Sink } from '../../job/schema/sink.js';
import { isTemplate, parseTemplate } from '../../job/template.js';
import { type Fields, templateText } from './template-text.js';

const UNFIT = /[|\p{Cc}]/u;

/** The tag of a record; undefined if all messages have the same, or none: the producer knows that one. */
export function tagText<R>(
  { tag }: Sink,
  fields: Fields<R>,
): ((record: R) => string | RecordFault) | undefined {
  const template = tag !== undefined && isTemplate(tag) ? parseTemplate(tag) : undefined;
  if (!template) return undefined;
  const fill = templateText(template, fields, { where: 'sink.tag', part: 'tag', missing: tagMissing });
  return (record) => {
    const made = fill(record);
    return typeof made === 'string' && !isTag(made) ? BAD_TAG : made;
  };
}

const isTag = (text: string) => text !== '' && text.trim() === text && !UNFIT.test(text);

const BAD_TAG: RecordFault = {
  code: 'bad_tag',
  message: 'the tag is empty, or has "|", control characters or white space around it',
};

function tagMissing(field: string): RecordFault {
  return { code: 'tag_missing', message: `the tag field ${JSON.stringify(field)} has no value` };
}
