import type { Rule } from './fault-rules.js';

/**
 * Before a run begins a certificate is the user's to mend. Once it runs, the same may come of a certificate that is renewed
 * late, or of servers that are being set up anew: then it is the world's, and waited out.
 */
const rule = (code: string, what: string, mend: string): Rule => ({
  code,
  fault: { check: 'user', write: 'world' },
  // Nothing is asked for before both sides agree.
  stored: 'no',
  what,
  mend,
});

/** By the code and the text of an error of node:tls. OpenSSL writes its own with blanks in the one and "_" in the other. */
const TLS_RULES: readonly (readonly [RegExp, Rule])[] = [
  [
    /^(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)\b/,
    rule(
      'tls_certificate_expired',
      'the certificate of RocketMQ, or of who signed it, is not valid any more, or not yet',
      'Have it renewed; if it is valid, look at the clock of this machine.',
    ),
  ],
  [
    /^(?:UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|INVALID_|PATH_LENGTH_)/,
    rule(
      'tls_not_trusted',
      'the certificate of RocketMQ is signed by nobody that is trusted here',
      'Name the file with the certificate of its authority (CA) as sink.tls.caFile. If that is there already, another server answers than the one that is meant.',
    ),
  ],
  [
    /^ERR_TLS_CERT_ALTNAME/,
    rule(
      'tls_wrong_host',
      'the certificate of RocketMQ is for another host',
      'Mend the address, or give a name that stands in the certificate as sink.tls.serverName.',
    ),
  ],
  [
    /alert[ _](?:certificate|bad[ _]certificate|unsupported[ _]certificate|unknown[ _]ca|access[ _]denied)/i,
    rule(
      'tls_client_certificate',
      'RocketMQ asks for a client certificate that it knows, and was given none or another',
      'Name one that its CA has signed, and the key of it: sink.tls.certFile and keyFile.',
    ),
  ],
  [
    /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long/i,
    rule(
      'tls_not_spoken',
      'what answers does not speak TLS',
      'Remove sink.tls, mend the address, or switch TLS on in RocketMQ.',
    ),
  ],
  [
    // RocketMQ says "internal error" of a client certificate that somebody else signed.
    /alert[ _](?:handshake[ _]failure|internal[ _]error|protocol[ _]version|insufficient)|unsupported[ _]protocol/i,
    rule(
      'tls_refused',
      'RocketMQ refuses the TLS handshake',
      'If it asks for a client certificate, name one that its CA has signed: sink.tls.certFile and keyFile. If not, look at its log; it must speak TLS 1.2 or 1.3.',
    ),
  ],
  [
    /before secure TLS connection was established/,
    {
      ...rule(
        'tls_not_spoken',
        'the connection was closed before TLS was agreed on',
        'Nothing, if RocketMQ is just starting or stopping. If it stays, RocketMQ speaks no TLS at this address: remove sink.tls, or switch TLS on there.',
      ),
      // So does a server that is going down.
      fault: 'world',
    },
  ],
];

/** What an error of node:tls means for a connection to RocketMQ; undefined where it is about something else. */
export function tlsRule(error: unknown): Rule | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code !== 'string') return undefined;
  const text = `${code} ${message}`;
  return TLS_RULES.find(([pattern]) => pattern.test(text))?.[1];
}
