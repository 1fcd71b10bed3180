import type { RecordFault } from '../../job/fault.js';
import type { Template } from '../../job/template.js';
import { stringText } from '../json-text.js';

/** What a field of a record is wanted for. */
export interface Use {
  /** The job's field that names it: `sink.key`. */
  readonly where: string;
  readonly part: 'key' | 'tag' | 'property' | 'delay';
}

/** The fields of a job's records as they are after the transform; `R` is a record in its converter's own form. */
export interface Fields<R> {
  /**
   * Gives the text of a field: null without a value, a fault where it is nothing that can stand in a text.
   * @throws Fault the user's, if it is known that there is no such field
   */
  text(use: Use, field: string): (record: R) => string | null | RecordFault;
}

export interface TemplateUse<Missing> extends Use {
  /** What a record becomes that has no value in a field. */
  readonly missing: (field: string) => Missing;
  /** Whether empty text is no value as well. */
  readonly emptyIsMissing?: boolean;
  /** How texts are written, those of the template as well. */
  readonly encode?: (text: string) => string;
}

/** Fills a template in. */
export function templateText<R, Missing>(
  template: Template,
  fields: Fields<R>,
  use: TemplateUse<Missing>,
): (record: R) => string | RecordFault | Missing {
  const { emptyIsMissing = false, encode = (text) => text } = use;
  const parts = template.map((part) =>
    typeof part === 'string'
      ? encode(part)
      : { text: fields.text(use, part.field), missing: use.missing(part.field) },
  );
  return (record) => {
    let made = '';
    for (const part of parts) {
      if (typeof part === 'string') {
        made += part;
        continue;
      }
      const text = part.text(record);
      if (text === null || (text === '' && emptyIsMissing)) return part.missing;
      if (typeof text === 'object') return text;
      made += encode(text);
    }
    return made;
  };
}

/** A JSON value as a part of a text, such as a key; objects and arrays are none. */
export function jsonText(json: string, { part }: Use, field: string): string | null | RecordFault {
  if (json.startsWith('{') || json.startsWith('[')) {
    return {
      code: `${part}_not_scalar`,
      message: `the ${part} field ${JSON.stringify(field)} is an object or array`,
    };
  }
  return stringText(json, field);
}
