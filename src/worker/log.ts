import { SdkComponent } from '@temporalio/common';
import {
  DefaultLogger,
  type LogEntry,
  type Logger,
  makeTelemetryFilterString,
  Runtime,
} from '@temporalio/worker';
import { jsonLines } from './json-lines.js';

type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** `json`: a JSON object a line, for machines. `text`: the message alone, for the terminal of a person. */
  readonly format: 'json' | 'text';
  /** Writes a line of text, where something else is on the terminal. @default to standard error */
  readonly write?: (line: string) => void;
}

/**
 * Sends the log lines of the Temporal SDK, of workflows and of activities to standard error. Can be called once in a
 * process, before the first worker.
 */
export function installLog({ level, format, write = toStderr }: LogOptions): void {
  Runtime.install({
    // The SDK would stop every worker at a signal; the command line has its own idea of what Ctrl-C means.
    shutdownSignals: [],
    logger: format === 'json' ? jsonLogger(level) : textLogger(level, write),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
    },
  });
}

function jsonLogger(level: LogLevel): Logger {
  const logger = jsonLines(level);
  return new DefaultLogger('TRACE', ({ level: entryLevel, message, meta }: LogEntry) => {
    const name = entryLevel.toLowerCase() as Lowercase<typeof entryLevel>;
    const { taskToken: _, ...rest } = (meta ?? {}) as Record<string, unknown>;
    logger[name](rest, message);
  });
}

/** For people: what runs have to say, not what the SDK says of its workers (reports tell why a run failed). */
function textLogger(level: LogLevel, write: (line: string) => void): Logger {
  const least = level.toUpperCase() as Uppercase<LogLevel>;
  return new DefaultLogger(least, ({ level: entryLevel, message, meta }: LogEntry) => {
    if (meta?.sdkComponent === SdkComponent.worker && entryLevel !== 'ERROR') return;
    write(`${entryLevel.toLowerCase()}: ${message}`);
  });
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
