const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A range of bytes for a person, in the largest unit that its end fills: `64–128 MiB`. */
export function rangeLabel(start: number, end: number): string {
  const power = end > 0 ? Math.min(Math.floor(Math.log2(end) / 10), UNITS.length - 1) : 0;
  const inUnit = (bytes: number) => Number((bytes / 1024 ** power).toFixed(1));
  return `${inUnit(start)}–${inUnit(end)} ${UNITS[power]}`;
}
