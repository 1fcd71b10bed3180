import { expect, test } from 'vitest';
import { placesWarnings } from '../../src/job/places.js';

const rate = { records: 1000 };

test.each([
  [{ rate, parallelism: 32 }, []],
  [{ parallelism: 64 }, []],
  [{ rate, parallelism: 33 }, [expect.stringContaining('fewer than 2 processes')]],
  [{ rate, parallelism: 256 }, [expect.stringContaining('fewer than 8 processes')]],
])('of %j warns: %j', (settings, warnings) => expect(placesWarnings(settings)).toEqual(warnings));
