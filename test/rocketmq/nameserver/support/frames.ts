/** Frames as tests write and read them, by no code of the project's. */
export interface TestFrame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

const JSON_KIND = 0;

/** Length of what follows, kind and length of the header, header, body. */
export function frameBytes(header: unknown, body: Uint8Array = new Uint8Array(), kind = JSON_KIND): Buffer {
  return rawFrame(Buffer.from(JSON.stringify(header)), body, kind);
}

/** The same with a header that may be anything. */
export function rawFrame(header: Uint8Array, body: Uint8Array = new Uint8Array(), kind = JSON_KIND): Buffer {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(4 + header.length + body.length, 0);
  lengths.writeUInt32BE(kind * 2 ** 24 + header.length, 4);
  return Buffer.concat([lengths, header, body]);
}

/** The frames that bytes begin with, and what is left behind them. */
export function splitFrames(bytes: Buffer): { readonly frames: TestFrame[]; readonly rest: Buffer } {
  const frames: TestFrame[] = [];
  let at = 0;
  while (bytes.length - at >= 8 && bytes.length - at >= 4 + bytes.readUInt32BE(at)) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const bodyAt = at + 8 + bytes.readUIntBE(at + 5, 3);
    frames.push({
      header: JSON.parse(bytes.toString('utf8', at + 8, bodyAt)),
      body: bytes.subarray(bodyAt, end),
    });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}
