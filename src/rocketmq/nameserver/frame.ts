import { RemotingError } from './remoting-error.js';

/**
 * A frame of the remoting protocol: the length of all that follows, the header's length (its first byte says how the
 * header is written: 0 is JSON), the header, the body.
 */
export interface FrameHeader {
  /** Of a request what is asked, of an answer what came of it. */
  readonly code: number;
  /** Ties an answer to its request. */
  readonly opaque: number;
  readonly flag: number;
  /** What is wrong, in an answer. */
  readonly remark?: string | null;
  readonly extFields?: Readonly<Record<string, string>> | null;
}

export interface Frame {
  readonly header: FrameHeader;
  readonly body: Buffer;
}

const LENGTHS_BYTES = 8;
const JSON_HEADER = 0;

/** The most that a frame may have, in bytes: what RocketMQ's own client and servers take (`frameMaxLength`). */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

export const isAnswer = ({ flag }: FrameHeader): boolean => (flag & 1) === 1;
export const wantsNoAnswer = ({ flag }: FrameHeader): boolean => (flag & 2) === 2;

/** What stands in a frame before its body of `bodyBytes`. */
export function frameHead(header: FrameHeader, bodyBytes: number): Buffer {
  // Of which language and version a client is, servers put into statistics alone.
  const json = JSON.stringify({ ...header, language: 'OTHER', version: 0 });
  const headerBytes = Buffer.byteLength(json);
  const head = Buffer.allocUnsafe(LENGTHS_BYTES + headerBytes);
  head.writeUInt32BE(4 + headerBytes + bodyBytes, 0);
  head.writeUInt32BE(headerBytes, 4);
  head.write(json, LENGTHS_BYTES);
  return head;
}

/** Puts frames together from what a connection brings, in whatever pieces. */
export class FrameReader {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the frame that has begun, its length included, once known. */
  #wanted: number | undefined;

  /**
   * The frames that are complete with this piece.
   * @throws RemotingError if what comes is no frame; nothing behind it can be read then
   */
  *take(piece: Buffer): Generator<Frame> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    while (this.#bytes >= (this.#wanted ?? 4)) {
      if (this.#wanted === undefined) {
        this.#wanted = 4 + frameLength(this.#joined());
        continue;
      }
      const all = this.#joined();
      const frame = all.subarray(0, this.#wanted);
      this.#pieces[0] = all.subarray(this.#wanted);
      this.#bytes -= this.#wanted;
      this.#wanted = undefined;
      yield parseFrame(frame);
    }
  }

  /** Whether a frame has begun that is not complete. */
  get isWithinFrame(): boolean {
    return this.#bytes > 0;
  }

  #joined(): Buffer {
    if (this.#pieces.length > 1) {
      const all = Buffer.concat(this.#pieces);
      this.#pieces.length = 0;
      this.#pieces.push(all);
    }
    return this.#pieces[0];
  }
}

function frameLength(start: Buffer): number {
  const length = start.readUInt32BE(0);
  if (length < 4 || length > MAX_FRAME_BYTES) throw notAFrame(`it begins with a length of ${length}`);
  return length;
}

function parseFrame(frame: Buffer): Frame {
  const written = frame.readUInt8(4);
  if (written !== JSON_HEADER) throw notAFrame(`its header is of kind ${written}, not JSON`);
  const bodyAt = LENGTHS_BYTES + frame.readUIntBE(5, 3);
  if (bodyAt > frame.length) throw notAFrame('its header is longer than the frame');
  return { header: parseHeader(frame.toString('utf8', LENGTHS_BYTES, bodyAt)), body: frame.subarray(bodyAt) };
}

function parseHeader(json: string): FrameHeader {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch {
    throw notAFrame('its header is no JSON');
  }
  const { code, opaque, flag, remark, extFields } = (header ?? {}) as Partial<Record<string, unknown>>;
  if (![code, opaque, flag].every(Number.isInteger)) throw notAFrame('its header lacks code, opaque or flag');
  if (!isText(remark ?? '')) throw notAFrame('the remark in its header is no text');
  const areTexts = typeof (extFields ?? {}) === 'object' && Object.values(extFields ?? {}).every(isText);
  if (!areTexts) throw notAFrame('the extFields in its header are no texts');
  return header as FrameHeader;
}

const isText = (value: unknown) => typeof value === 'string';

const notAFrame = (why: string) =>
  new RemotingError('not_a_frame', `what came is no frame of RocketMQ: ${why}`);
