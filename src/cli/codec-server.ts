import { once } from 'node:events';
import { type Command, InvalidArgumentError } from 'commander';
import { userFault } from '../job/fault.js';
import { type CommonOptions, createCommand } from './command.js';
import { printJson, say } from './output.js';

const DEFAULT_PORT = 8234;

interface CodecServerOptions extends CommonOptions {
  readonly port: number;
  readonly ui?: readonly string[];
}

export function codecServerCommand(): Command {
  return createCommand('codec-server', 'Let the Temporal UI show what is encrypted in history', [
    'codec-server',
    'codec-server --port 9000 --ui https://temporal.example.com',
  ])
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', port, DEFAULT_PORT)
    .option(
      '--ui <origins...>',
      'where the UI is opened (default: TEMPORAL_UI, or http://127.0.0.1:8233 and http://localhost:8233)',
    )
    .addHelpText('after', NOTES)
    .action(async ({ port, ui, json }: CodecServerOptions) => {
      const { startCodecServer } = await import('../codec/server.js');
      const origins = (ui ?? defaultUis()).map(originOf);
      const server = await startCodecServer({ port, origins });
      if (json) printJson({ url: server.url, origins });
      else say(`Codec server on ${server.url}, for ${origins.join(', ')}. Ctrl-C stops it.`);
      await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
      await server.close();
    });
}

const NOTES = `
The keys are those of ROCKETLIFT_CODEC_KEY and ROCKETLIFT_CODEC_OLD_KEYS, as for clients and workers. In the UI, the
glasses at the top right ask for the address; for the temporal command it is --codec-endpoint.
It listens on this machine alone, and decrypts for whoever can reach it there.`;

function defaultUis(): string[] {
  const { TEMPORAL_UI } = process.env;
  return TEMPORAL_UI ? [TEMPORAL_UI] : ['http://127.0.0.1:8233', 'http://localhost:8233'];
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.origin;
  throw userFault('ui_origin', `${text} is no address of a UI.`, 'Give one such as http://127.0.0.1:8233.');
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('Not a port.');
}
