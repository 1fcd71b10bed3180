import { expect, test } from 'vitest';
import { parseDuration, parseSize } from '../../src/job/schema/units.js';

test.each([
  ['64 MiB', 67_108_864],
  ['1.5 GB', 1_500_000_000],
  ['8kib', 8192],
  ['512 B', 512],
  ['64', undefined],
  ['64 M', undefined],
  ['-1 B', undefined],
])('%s', (text, expected) => expect(parseSize(text)).toBe(expected));

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['5 m', 300_000],
  ['24h', 86_400_000],
  ['1d', 86_400_000],
  ['1 week', undefined],
])('%s', (text, expected) => expect(parseDuration(text)).toBe(expected));
