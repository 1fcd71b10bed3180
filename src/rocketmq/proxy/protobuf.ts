/** What the encoder needs of protobuf's wire format (protobuf.dev, "Encoding"). Tags are given as their byte. */

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** Bytes of a field with a tag of one byte, and a length. */
export const fieldBytes = (length: number): number => 1 + varintBytes(length) + length;

/** Writes `value` as a varint; the offset behind it. By division, as bit operations end at 32 bits. */
function varint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let offset = at;
  while (rest >= 0x80) {
    target[offset++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[offset++] = rest;
  return offset;
}

/** Writes tag and length of a field. */
export function header(target: Buffer, at: number, tag: number, length: number): number {
  target[at] = tag;
  return varint(target, at + 1, length);
}

/** Writes a text field whose length in bytes is known. */
export function text(target: Buffer, at: number, tag: number, value: string, bytes: number): number {
  const start = header(target, at, tag, bytes);
  // latin1 and UTF-8 are the same where there is a byte a character, and the first is the faster to write.
  if (bytes === value.length) target.write(value, start, 'latin1');
  else target.write(value, start, 'utf8');
  return start + bytes;
}

export function field(tag: number, content: Buffer): Buffer {
  const target = Buffer.alloc(1 + 5 + content.length);
  const at = header(target, 0, tag, content.length);
  content.copy(target, at);
  return target.subarray(0, at + content.length);
}

/** A `google.protobuf.Timestamp`, to the millisecond; not before 1970. */
export function timestamp(tag: number, ms: number): Buffer {
  return field(
    tag,
    Buffer.concat([number(SECONDS, Math.floor(ms / 1000)), number(NANOS, (ms % 1000) * 1_000_000)]),
  );
}

const SECONDS = 0x08;
const NANOS = 0x10;

function number(tag: number, value: number): Buffer {
  const target = Buffer.alloc(1 + 10);
  target[0] = tag;
  return target.subarray(0, varint(target, 1, value));
}
