import { z } from 'zod';

/** The name of a time zone that this machine knows. */
export function timezone() {
  return z.string().refine(isTimezone, { error: 'the name of a time zone, such as UTC or Asia/Shanghai' });
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
