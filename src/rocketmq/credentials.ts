import { inspect } from 'node:util';
import { userFault } from '../job/fault.js';
import type { Credentials as References } from '../job/schema/credentials.js';
import { type ResolveOptions, resolveSecret } from '../secrets/resolve.js';

/** Who publishes, and what proves it. Never to be logged or thrown. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string;
}

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** What a job without credentials needs of the same kind. */
export const NO_REDACTION: Redact = (text) => text;

/**
 * The values behind a job's references.
 * @returns also what puts the references back in the place of the values in any text
 * @throws Fault the user's: see {@link resolveSecret}, and `secret_unusable` for a value that can't be sent
 */
export async function resolveCredentials(
  references: References,
  options?: ResolveOptions,
): Promise<{ credentials: Credentials; redact: Redact }> {
  const { accessKey, secretKey, securityToken } = references;
  const values: [reference: string, value: string][] = [];
  const take = async (field: string, reference: string, allowed: RegExp) => {
    const value = await resolveSecret(reference, options);
    if (!allowed.test(value)) throw unusable(field, reference);
    values.push([reference, value]);
    return value;
  };
  const credentials = {
    accessKey: await take('access key', accessKey, HEADER),
    secretKey: await take('secret key', secretKey, SECRET_KEY),
    ...(securityToken !== undefined && {
      securityToken: await take('security token', securityToken, HEADER),
    }),
  };
  return { credentials, redact: redaction(values) };
}

/** What can stand in a header: gRPC would show others in its error. */
const HEADER = /^[\x20-\x7e]+$/;
const SECRET_KEY = /^\P{Cc}+$/u;

function redaction(values: readonly (readonly [reference: string, value: string])[]): Redact {
  // As a value stands in a text, in JSON, and in what Node.js shows of an object. The longest first: one may hold another.
  const forms = values
    .flatMap(([reference, value]) =>
      [value, JSON.stringify(value).slice(1, -1), inspect(value).slice(1, -1)].map(
        (form) => [form, reference] as const,
      ),
    )
    .sort(([a], [b]) => b.length - a.length);
  return (text) => forms.reduce((clean, [form, reference]) => clean.replaceAll(form, () => reference), text);
}

const unusable = (field: string, reference: string) =>
  userFault(
    'secret_unusable',
    `The ${field} behind ${reference} holds characters that no ${field} has, such as a line end in the middle.`,
    'Look what was put there: the key alone, on one line.',
  );
