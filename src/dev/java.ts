import { join } from 'node:path';

/** RocketMQ reaches into the JDK; Java 17 wants to be told. */
export const OPEN_JDK = [
  ...['--add-exports', 'java.base/sun.nio.ch=ALL-UNNAMED'],
  ...['--add-opens', 'java.base/java.nio=ALL-UNNAMED'],
];

/** A JVM out of memory lives on half dead; ended, `up` starts it again. */
export const END_WHEN_FULL = '-XX:+ExitOnOutOfMemoryError';

/** For a JVM that does little: it starts in half the time without the optimising compiler. */
export const LIGHT_JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** The arguments before the main class, for RocketMQ's servers. */
export function javaArgs(jars: string, home: string, options: readonly string[]): string[] {
  return [...options, END_WHEN_FULL, ...OPEN_JDK, `-Duser.home=${home}`, '-cp', join(jars, '*')];
}
