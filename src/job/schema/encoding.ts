/**
 * The name of an encoding in the WHATWG Encoding Standard, such as `gbk` for `GB2312`; undefined for what
 * `TextDecoder` of this Node.js does not know.
 */
export function encodingName(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
