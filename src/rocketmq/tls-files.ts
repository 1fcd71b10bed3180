import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Folders } from '../folders/folders.js';
import { type Fault, userFault } from '../job/fault.js';
import type { Tls } from '../job/schema/tls.js';
import { readSecretFile, type SecretFileKind } from '../secrets/secret-file.js';

/** PEM texts, in the words of node:tls. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The bundles of authorities that systems come with have a quarter of it. */
const TLS_FILE: SecretFileKind = { code: 'tls_file', what: 'certificates or the key', maxBytes: 1024 * 1024 };

/**
 * What the files of a job's `sink.tls` hold, after a look whether it can be what it is meant to be: Node.js would take a `ca`
 * without a certificate in it, and then trust nobody.
 * @throws Fault the user's, which names the file: `folder_not_allowed`, `tls_file_missing`, `tls_file_unreadable`,
 *   `tls_file_invalid`, `tls_key_mismatch`, `tls_client_certificate`
 */
export async function readTlsFiles(
  { caFile, certFile, keyFile }: Tls,
  folders: Folders | undefined,
): Promise<TlsFiles> {
  const read = (path: string) => readSecretFile(path, TLS_FILE, folders);
  const ca = caFile === undefined ? undefined : await read(caFile);
  if (ca !== undefined) certificatesIn(ca, caFile!);
  if (certFile === undefined || keyFile === undefined) return { ...(ca !== undefined && { ca }) };
  const cert = await read(certFile);
  const key = await read(keyFile);
  requirePair(cert, certFile, key, keyFile);
  return { ...(ca !== undefined && { ca }), cert, key };
}

function requirePair(cert: string, certFile: string, key: string, keyFile: string): void {
  const [own] = certificatesIn(cert, certFile);
  if (!own.checkPrivateKey(privateKey(key, keyFile))) {
    throw userFault(
      'tls_key_mismatch',
      `${keyFile} is not the private key of the certificate in ${certFile}.`,
      'Name the two files that belong together; where others follow a certificate in its file, its own comes first.',
    );
  }
  if (Date.parse(own.validTo) > Date.now()) return;
  throw userFault(
    'tls_client_certificate',
    `The certificate in ${certFile} is valid no more, since ${own.validTo}.`,
    'Have it renewed, or remove sink.tls.certFile and keyFile if RocketMQ does not ask for one.',
  );
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function certificatesIn(pem: string, path: string): X509Certificate[] {
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) {
    throw invalid(
      `${path} holds no certificate in PEM format.`,
      'Name a file with BEGIN CERTIFICATE in it; openssl x509 -inform der -in FILE makes one of a file in DER format.',
    );
  }
  try {
    return found.map((one) => new X509Certificate(one));
  } catch (error) {
    throw invalid(`A certificate in ${path} is damaged: ${reason(error)}.`, 'Put a whole one there.');
  }
}

function privateKey(pem: string, path: string): KeyObject {
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    throw invalid(
      `The private key in ${path} is encrypted, and nobody is there to be asked for its password.`,
      'Decrypt it where only the worker can read it: openssl pkey -in FILE -out DECRYPTED.',
    );
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw invalid(
      `${path} holds no private key in PEM format: ${reason(error)}.`,
      'Name a file with BEGIN PRIVATE KEY in it.',
    );
  }
}

/** What OpenSSL says in short; it cites nothing of what it read. */
const reason = (error: unknown): string => {
  const { reason: short, message } = error as { reason?: string; message: string };
  return short ?? message;
};

const invalid = (message: string, mend: string): Fault => userFault('tls_file_invalid', message, mend);
