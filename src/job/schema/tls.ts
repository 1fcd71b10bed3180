import { z } from 'zod';

/** A key that was pasted in would stand in history; the message shows nothing of what was found. */
const path = () =>
  z
    .string()
    .regex(/^(?!-----BEGIN)[^\0\r\n]+$/, { error: 'the path of a file in PEM format, never what is in it' })
    .refine((text) => !text.includes('${'), { error: 'the path written out: nothing in it is filled in' });

export const tls = z
  .strictObject({
    caFile: path()
      .optional()
      .describe(
        'Certificates of the authorities (CA) that RocketMQ may be certified by. Unless given, those that Node.js trusts.',
      )
      .meta({ examples: ['tls/ca.pem'] }),
    certFile: path()
      .optional()
      .describe(
        'Certificate that says who connects, with those between it and its CA behind it. Name servers and brokers may ask ' +
          'for one (tls.server.need.client.auth); the proxy never does.',
      )
      .meta({ examples: ['tls/client.pem'] }),
    keyFile: path()
      .optional()
      .describe('Its private key, not encrypted.')
      .meta({ examples: ['tls/client.key'] }),
    serverName: z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,253}$/, { error: 'the name or the IP address of a host' })
      .optional()
      .describe(
        'Name that must stand in the certificate of every server, where it is not the address that they are reached at. Servers behind ' +
          'a gateway are also asked for by it (SNI).',
      )
      .meta({ examples: ['rocketmq.example.com'] }),
    skipVerify: z
      .boolean()
      .default(false)
      .describe(
        'Takes any certificate, of anybody: what is sent is encrypted, but perhaps for someone else. The report warns of it.',
      )
      .meta({ examples: [true] }),
  })
  .superRefine(({ certFile, keyFile }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (certFile !== undefined && keyFile === undefined) refuse('keyFile', 'the private key of certFile');
    if (keyFile !== undefined && certFile === undefined) refuse('certFile', 'the certificate of keyFile');
  })
  .describe(
    'Connects by TLS; `tls: {}` is enough where a public authority certified RocketMQ. Workers, and `rocketlift check`, read the files each ' +
      'time they connect. A file must lie in a folder of their --allow-secrets; a relative path starts at the job file.',
  );

export type Tls = z.output<typeof tls>;
