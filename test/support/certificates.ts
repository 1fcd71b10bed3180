import { randomBytes } from 'node:crypto';
import forge from 'node-forge';

/** A certificate and its private key, in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

interface CertificateOptions {
  /** Names and addresses of the host it is for, as in `DNS:localhost` and `IP:127.0.0.1`. @default none */
  readonly hosts?: readonly `${'DNS' | 'IP'}:${string}`[];
  /** How many days ago it expired. @default it is valid until tomorrow */
  readonly expiredDays?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SAN_TYPES = { DNS: 2, IP: 7 } as const;

/** Makes certificates on the spot, so that none in the repository ever expires. */
export class CertificateAuthority {
  readonly #name: string;
  readonly #pair = forge.pki.rsa.generateKeyPair(2048);
  /** Its own certificate, which whoever trusts it is given, and its key. In PEM. */
  readonly cert: string;
  readonly key: string;

  constructor(name: string) {
    this.#name = name;
    this.key = pkcs8(this.#pair.privateKey);
    this.cert = this.#sign(this.#pair.publicKey, name, 1, [
      { name: 'basicConstraints', critical: true, cA: true },
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    ]);
  }

  issue(name: string, { hosts = [], expiredDays }: CertificateOptions = {}): Certified {
    const pair = forge.pki.rsa.generateKeyPair(2048);
    const altNames = hosts.map((host) => {
      const [type, value] = host.split(':') as ['DNS' | 'IP', string];
      return { type: SAN_TYPES[type], ...(type === 'IP' ? { ip: value } : { value }) };
    });
    const extensions = altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : [];
    const daysLeft = expiredDays === undefined ? 1 : -expiredDays;
    return { cert: this.#sign(pair.publicKey, name, daysLeft, extensions), key: pkcs8(pair.privateKey) };
  }

  #sign(publicKey: forge.pki.PublicKey, name: string, daysLeft: number, extensions: object[]): string {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    // A number above zero, however the first bit falls.
    certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
    certificate.validity.notBefore = new Date(Date.now() - 30 * DAY_MS);
    certificate.validity.notAfter = new Date(Date.now() + daysLeft * DAY_MS);
    certificate.setSubject([{ name: 'commonName', value: name }]);
    certificate.setIssuer([{ name: 'commonName', value: this.#name }]);
    certificate.setExtensions(extensions);
    certificate.sign(this.#pair.privateKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  }
}

/** The one form in which RocketMQ takes a key. */
function pkcs8(key: forge.pki.rsa.PrivateKey): string {
  const info = forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key));
  return forge.pki.privateKeyInfoToPem(info);
}
