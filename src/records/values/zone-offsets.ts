import { Temporal } from 'temporal-polyfill';

/** A stretch of wall-clock time, in seconds, in which the offset does not change; without one the clock skips it. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: string | undefined;
}

/**
 * The offsets of a time zone at wall-clock times. Asking Temporal takes about 100 µs, so every answer is kept for the whole
 * stretch between two changes of the clock. There are two or three of those a year at most, which bounds what is kept.
 */
export class ZoneOffsets {
  readonly #zone: string;
  /** Sorted; they do not overlap. */
  readonly #stretches: Stretch[] = [];
  #last: Stretch = { from: 0, to: 0, offset: undefined };

  constructor(zone: string) {
    this.#zone = zone;
  }

  /**
   * The offset at a wall-clock time, such as `+08:00`: with seconds where a place kept its own time long ago. Of a time that
   * comes twice the first one's.
   * @param wall seconds since 1970 as if the clock were in UTC
   * @returns undefined if the clock skips that time
   */
  at(wall: number): string | undefined {
    if (wall < this.#last.from || wall >= this.#last.to) this.#last = this.#find(wall);
    return this.#last.offset;
  }

  #find(wall: number): Stretch {
    let low = 0;
    let high = this.#stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#stretches[middle].to <= wall) low = middle + 1;
      else high = middle;
    }
    const known = this.#stretches[low];
    if (known && known.from <= wall) return known;
    const found = stretchAt(wall, this.#zone);
    this.#stretches.splice(low, 0, found);
    return found;
  }
}

function stretchAt(wall: number, zone: string): Stretch {
  const clock = Temporal.Instant.fromEpochMilliseconds(wall * 1000)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime();
  const time = clock.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const next = time.getTimeZoneTransition('next');
  if (next && !time.toPlainDateTime().equals(clock)) {
    return { from: wallOf(justBefore(next)) + 1, to: wallOf(next), offset: undefined };
  }
  const previous = time.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  // Times that come twice belong to the stretch before.
  const from = previous ? Math.max(wallOf(previous), wallOf(justBefore(previous)) + 1) : -Infinity;
  const to = next ? wallOf(justBefore(next)) + 1 : Infinity;
  return { from, to, offset: time.offset };
}

const justBefore = (time: Temporal.ZonedDateTime) => time.subtract({ seconds: 1 });

const wallOf = (time: Temporal.ZonedDateTime) =>
  (time.epochMilliseconds + time.offsetNanoseconds / 1_000_000) / 1000;
