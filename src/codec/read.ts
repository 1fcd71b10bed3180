import type { LoadedDataConverter, Payload, ProtoFailure } from '@temporalio/common';

/**
 * The value in a payload that was taken from the server's own answers, past the SDK.
 * @throws Fault where it is encrypted and can't be read here
 */
export async function readPayload<T>(converter: LoadedDataConverter, payload: Payload): Promise<T> {
  let payloads = [payload];
  for (const codec of converter.payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  return converter.payloadConverter.fromPayload<T>(payloads[0]);
}

/** The message of a failure, which stands in a payload where it is encrypted. */
export async function readMessage(
  converter: LoadedDataConverter,
  { message, encodedAttributes }: ProtoFailure,
): Promise<string | undefined> {
  if (!encodedAttributes) return message ?? undefined;
  const attributes = await readPayload<{ readonly message?: string }>(converter, encodedAttributes);
  return attributes.message;
}
