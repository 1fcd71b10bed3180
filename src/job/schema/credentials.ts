import { z } from 'zod';
import { parseSecretReference } from '../secret-reference.js';

/** What may stand in place of a secret. The message holds nothing of what was found there instead: it may be the secret itself. */
const secret = () =>
  z.string().refine((text) => parseSecretReference(text) !== undefined, {
    error:
      'where the secret is found, "${env:NAME}" or "${file:PATH}", never the secret itself: job files are shown in logs and in the Temporal UI',
  });

export const credentials = z
  .strictObject({
    accessKey: secret()
      .describe('Name of the account, as `${env:NAME}` or `${file:PATH}`.')
      .meta({ examples: ['${env:ROCKETMQ_ACCESS_KEY}'] }),
    secretKey: secret()
      .describe('Its secret, as `${env:NAME}` or `${file:PATH}`.')
      .meta({ examples: ['${env:ROCKETMQ_SECRET_KEY}', '${file:secrets/secret-key}'] }),
    securityToken: secret()
      .optional()
      .describe('Token of a temporary account, as `${env:NAME}` or `${file:PATH}`.')
      .meta({ examples: ['${env:ROCKETMQ_SECURITY_TOKEN}'] }),
  })
  .describe(
    'Who publishes, where RocketMQ asks (ACL). Workers, and `rocketlift check`, look the values up in their own environment and files each ' +
      'time they connect. A file must lie in a folder of their --allow-secrets; a relative path starts at the job file, and a line end at the end of a file ' +
      'is left out. Nothing but the references enters a run.',
  );

export type Credentials = z.output<typeof credentials>;
