/**
 * XXH64 without a seed, which zstd's checksums are made by. The stripes are hashed in halves of 32 bits, because
 * JavaScript's integers of 64 bits are too slow; the last few bytes by those.
 * https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const [P1_LOW, P1_HIGH, P2_LOW, P2_HIGH] = [0x85ebca87, 0x9e3779b1, 0x27d4eb4f, 0xc2b2ae3d];
const STRIPE_BYTES = 32;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint): bigint => u64(value << by) | (value >> (64n - by));
const round = (lane: bigint, input: bigint): bigint => u64(rotate(u64(lane + input * P2), 31n) * P1);

/** The high half of the product of two unsigned numbers of 32 bits. */
function highProduct(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return (a1 * b1 + (middle >>> 16) + ((a0 * b1 + (middle & 0xffff)) >>> 16)) | 0;
}

export class Xxh64 {
  readonly #lanes = new BigUint64Array([u64(P1 + P2), P2, 0n, u64(-P1)]);
  /** The lanes in halves; of a machine whose numbers start with the low half, as all that Node.js runs on. */
  readonly #halves = new Int32Array(this.#lanes.buffer);
  readonly #rest = Buffer.alloc(STRIPE_BYTES);
  #length = 0;

  update(bytes: Buffer): void {
    const held = this.#length % STRIPE_BYTES;
    this.#length += bytes.length;
    let at = 0;
    if (held > 0) {
      at = bytes.copy(this.#rest, held);
      if (held + at < STRIPE_BYTES) return;
      this.#stripes(this.#rest);
    }
    const whole = at + Math.floor((bytes.length - at) / STRIPE_BYTES) * STRIPE_BYTES;
    this.#stripes(bytes.subarray(at, whole));
    bytes.copy(this.#rest, 0, whole);
  }

  #stripes(bytes: Buffer): void {
    const halves = this.#halves;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += 8) {
      const lane = (at >> 2) & 6;
      const inputLow = view.getInt32(at, true);
      const inputHigh = view.getInt32(at + 4, true);
      const addLow = Math.imul(inputLow, P2_LOW);
      const addHigh =
        highProduct(inputLow, P2_LOW) + Math.imul(inputHigh, P2_LOW) + Math.imul(inputLow, P2_HIGH);
      const low = (halves[lane] >>> 0) + (addLow >>> 0);
      const sumLow = low | 0;
      const sumHigh = (halves[lane + 1] + addHigh + (low > 0xffffffff ? 1 : 0)) | 0;
      const turnedLow = (sumLow << 31) | (sumHigh >>> 1);
      const turnedHigh = (sumHigh << 31) | (sumLow >>> 1);
      halves[lane] = Math.imul(turnedLow, P1_LOW);
      halves[lane + 1] =
        highProduct(turnedLow, P1_LOW) + Math.imul(turnedHigh, P1_LOW) + Math.imul(turnedLow, P1_HIGH);
    }
  }

  /** The low 32 bits of the hash of all bytes so far. */
  low(): number {
    let hash = P5;
    if (this.#length >= STRIPE_BYTES) {
      const [a, b, c, d] = this.#lanes;
      hash = u64(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
      for (const lane of this.#lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
    }
    hash = u64(hash + BigInt(this.#length));
    const end = this.#length % STRIPE_BYTES;
    let at = 0;
    for (; at + 8 <= end; at += 8) {
      hash = u64(rotate(hash ^ round(0n, this.#rest.readBigUInt64LE(at)), 27n) * P1 + P4);
    }
    if (at + 4 <= end) {
      hash = u64(rotate(hash ^ u64(BigInt(this.#rest.readUInt32LE(at)) * P1), 23n) * P2 + P3);
      at += 4;
    }
    for (; at < end; at++) hash = u64(rotate(hash ^ u64(BigInt(this.#rest[at]) * P5), 11n) * P1);
    hash = u64((hash ^ (hash >> 33n)) * P2);
    hash = u64((hash ^ (hash >> 29n)) * P3);
    return Number((hash ^ (hash >> 32n)) & 0xffffffffn);
  }
}
