import { createHmac } from 'node:crypto';
import type { Credentials } from '../credentials.js';

export type Fields = Readonly<Record<string, string>>;

/**
 * The fields of a request with who asks, and the proof: HMAC-SHA1 over the values of all fields in the order of their
 * names, and the body (apache/rocketmq, `AclClientRPCHook` and `AclUtils`; the same for ACL 1.0 and 2.0).
 */
export function signed(
  fields: Fields,
  body: readonly Uint8Array[],
  { accessKey, secretKey, securityToken }: Credentials,
): Fields {
  const all: Record<string, string> = {
    ...fields,
    AccessKey: accessKey,
    ...(securityToken !== undefined && { SecurityToken: securityToken }),
  };
  const hmac = createHmac('sha1', secretKey);
  for (const name of Object.keys(all).sort()) hmac.update(all[name]);
  for (const part of body) hmac.update(part);
  return { ...all, Signature: hmac.digest('base64') };
}
