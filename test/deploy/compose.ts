import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What these tests look at in a service; the Compose schema checks the rest. */
export interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly mem_limit?: string;
  readonly stop_grace_period?: string;
  readonly user?: string;
  readonly logging?: unknown;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const COMPOSE = readFileSync('docker-compose.yml', 'utf8');
const VARIABLE = /\$\{([A-Z_]+):-([^{}]*)\}/g;

/** Variables of the compose file, each with every default that it is given there. */
export function variables(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name, fallback] of COMPOSE.matchAll(VARIABLE)) {
    found.set(name!, (found.get(name!) ?? new Set()).add(fallback!));
  }
  return found;
}

/** The compose file as Compose reads it: variables set or at their defaults, YAML merges done. */
export function compose(env: Readonly<Record<string, string>> = {}): Compose {
  const text = COMPOSE.replaceAll(VARIABLE, (_, name: string, fallback: string) => env[name] || fallback);
  return parse(text, { merge: true }) as Compose;
}

/** The text with the variables cut out: what looks like one still is one that these tests do not understand. */
export function withoutVariables(): string {
  return COMPOSE.replaceAll(VARIABLE, '');
}

/** `NAME=value` lines, as in .env files. */
export function envFile(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').split('\n');
  return Object.fromEntries(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** The service of that name; a test that asks for another is wrong. */
export function service(name: string, { services }: Compose = compose()): Service {
  const found = services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}
