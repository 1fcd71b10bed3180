import type { RecordFault } from '../../job/fault.js';
import type { Message } from '../../job/message.js';
import type { Job } from '../../job/schema/job.js';
import type { Sink } from '../../job/schema/sink.js';
import { isTemplate } from '../../job/template.js';
import { deliveryTime } from './delivery-time.js';
import { keyText } from './key.js';
import { propertyTexts } from './properties.js';
import { tagText } from './tag.js';
import type { Fields } from './template-text.js';

/** Puts a message together from its id, its body and what the job takes from the record beside. */
export type MakeMessage<R> = (id: string, body: Message['body'], record: R) => Message | RecordFault;

/**
 * What makes the messages of a job. A job that takes nothing from the record beside the body, or its key alone, pays for
 * nothing else.
 * @throws Fault the user's, if the job names fields that are not there
 */
export function messageMaker<R>(job: Job, fields: Fields<R>): MakeMessage<R> {
  const { sink } = job;
  const keyOf = keyText(sink, fields);
  const tagOf = tagText(sink, fields);
  const propertiesOf = propertyTexts(sink, fields);
  const deliverAtOf = deliveryTime(job, fields);
  if (!tagOf && !propertiesOf && !deliverAtOf) {
    if (!keyOf) return (id, body) => ({ id, body });
    return (id, body, record) => {
      const key = keyOf(record);
      return typeof key === 'string' ? { id, key, body } : key;
    };
  }
  return (id, body, record) => {
    const key = keyOf?.(record);
    if (typeof key === 'object') return key;
    const tag = tagOf?.(record);
    if (typeof tag === 'object') return tag;
    const properties = propertiesOf?.(record);
    if (properties && 'code' in properties) return properties;
    const deliverAt = deliverAtOf?.(record);
    if (typeof deliverAt === 'object') return deliverAt;
    return { id, key, tag, properties, deliverAt, body };
  };
}

/** Whether anything of a message beside its body is taken from the record's fields. */
export function takesFields({ key, keyFields, tag = '', properties = {}, delay }: Sink): boolean {
  const texts = [key ?? '', tag, ...Object.values(properties)];
  return keyFields !== undefined || texts.some(isTemplate) || typeof delay === 'object';
}
