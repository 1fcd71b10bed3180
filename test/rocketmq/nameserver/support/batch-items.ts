/** Messages of a batch, read by their description in RocketMQ (`MessageDecoder.decodeMessage`) and no code of the project's. */
export interface Item {
  readonly flag: number;
  readonly body: Buffer;
  readonly properties: readonly (readonly [name: string, value: string])[];
}

/** @throws Error where lengths do not fit each other */
export function readItems(bytes: Buffer): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readInt32BE(at);
    const bodyLength = bytes.readInt32BE(at + 16);
    const propertiesAt = at + 20 + bodyLength + 2;
    const propertiesLength = bytes.readInt16BE(at + 20 + bodyLength);
    const end = propertiesAt + propertiesLength;
    if (bodyLength < 0 || propertiesLength < 0 || end !== at + length || end > bytes.length) {
      throw new Error(`an item of ${length} bytes at ${at}, of which the parts end at ${end}`);
    }
    items.push({
      flag: bytes.readInt32BE(at + 12),
      body: Buffer.from(bytes.subarray(at + 20, at + 20 + bodyLength)),
      properties: readProperties(bytes.toString('utf8', propertiesAt, end)),
    });
    at = end;
  }
  return items;
}

/** `name \u0001 value \u0002`, again and again. Java does not write the last \u0002. */
export function readProperties(text: string): [string, string][] {
  return text
    .split('\u0002')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const parts = pair.split('\u0001');
      if (parts.length !== 2) throw new Error(`a property of ${parts.length} parts: ${JSON.stringify(pair)}`);
      return parts as [string, string];
    });
}
