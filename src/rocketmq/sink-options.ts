import type { Folders } from '../folders/folders.js';
import type { Sink } from '../job/schema/sink.js';
import { isTemplate } from '../job/template.js';
import { type Credentials, NO_REDACTION, type Redact, resolveCredentials } from './credentials.js';

/** Who publishes, looked up each time anew, so that a secret that was changed is taken up. */
export async function sinkSecrets(
  { credentials }: Pick<Sink, 'credentials'>,
  folders?: Folders,
): Promise<{ credentials: Credentials | undefined; redact: Redact }> {
  return credentials
    ? await resolveCredentials(credentials, { folders })
    : { credentials: undefined, redact: NO_REDACTION };
}

/** The tag of all messages; one with fields in it comes with each message. */
export function commonTag({ tag }: Sink): string | undefined {
  return tag === undefined || isTemplate(tag) ? undefined : tag;
}
