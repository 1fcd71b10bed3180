import type { RecordFault } from '../job/fault.js';
import type { EncodedMessage, Producer } from '../rocketmq/producer.js';

type Sizes = Pick<EncodedMessage, 'bodyBytes' | 'propertyBytes'>;
type Limits = Pick<Producer, 'maxBodyBytes' | 'maxPropertyBytes'>;

/** Why a message is more than RocketMQ takes, before it is sent; undefined if it is not. */
export function tooLarge(
  { bodyBytes, propertyBytes }: Sizes,
  { maxBodyBytes, maxPropertyBytes }: Limits,
): RecordFault | undefined {
  if (bodyBytes > maxBodyBytes) {
    return {
      code: 'body_too_large',
      message: `the message body has ${bodyBytes} bytes; RocketMQ takes ${maxBodyBytes}`,
    };
  }
  if (propertyBytes > maxPropertyBytes) {
    return {
      code: 'properties_too_large',
      message: `properties, tag and keys have ${propertyBytes} bytes together; RocketMQ takes ${maxPropertyBytes}`,
    };
  }
  return undefined;
}
