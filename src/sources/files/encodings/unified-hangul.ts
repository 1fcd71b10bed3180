const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;

/**
 * Adds to the table of EUC-KR the syllables that Windows has beside those of KS X 1001 (code page 949). The standard
 * counts them in, ICU does not. They stand in the order of Unicode where KS X 1001 has left room: the second byte is a
 * letter or 0x81 and above, and below 0xa1 behind a first byte that KS X 1001 uses.
 */
export function addUnifiedHangul(doubles: Int32Array): void {
  const known = new Set(doubles);
  let syllable = FIRST_SYLLABLE;
  for (let first = 0x81; first <= 0xc6; first++) {
    const last = first < 0xa1 ? 0xfe : 0xa0;
    for (let second = 0x41; second <= last; second++) {
      const isUsed = (second > 0x5a && second < 0x61) || (second > 0x7a && second < 0x81);
      if (isUsed) continue;
      while (known.has(syllable)) syllable++;
      if (syllable > LAST_SYLLABLE) return;
      doubles[first * 256 + second] = syllable++;
    }
  }
}
