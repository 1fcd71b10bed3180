import { type Logger, pino } from 'pino';

/** Log lines as JSON on standard error, each with the id of the process: several may write to the same place. */
export function jsonLines(level: 'debug' | 'info' | 'warn' | 'error'): Logger {
  return pino({ level, base: { pid: process.pid } }, pino.destination({ fd: 2, sync: true }));
}
