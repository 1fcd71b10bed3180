import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Payload } from '@temporalio/common';
import { Fault, worldFault } from '../job/fault.js';
import { PayloadEncryption } from './payload-encryption.js';

export interface CodecServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Origins of Temporal UIs that may ask from a browser, such as `http://127.0.0.1:8233`. */
  readonly origins: readonly string[];
}

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** It reads for whoever can reach it, so that nobody else may. */
const HOST = '127.0.0.1';
/** A page of history has at most 4 MB, which are a third more in base64. In bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Serves `/encode` and `/decode` as the Temporal UI and the `temporal` command ask for them
 * (docs.temporal.io, "Codec Server"): payloads in JSON, with their bytes in base64.
 * @throws Fault `codec_key_invalid` (the user's), `port_taken` (the world's)
 */
export async function startCodecServer({ port, origins }: CodecServerOptions): Promise<CodecServer> {
  const codec = new PayloadEncryption();
  const server = createServer((request, response) => {
    answer(request, response, codec, origins).catch((error: unknown) => refuse(response, error));
  });
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw worldFault(
      'port_taken',
      `The codec server can not listen on ${HOST}:${port}: ${(error as NodeJS.ErrnoException).code}.`,
      'Give it another port with --port.',
      error,
    );
  }
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  codec: PayloadEncryption,
  origins: readonly string[],
): Promise<void> {
  const { origin, host = '' } = request.headers;
  // A browser names the page that asks, and the name that it took for this machine: a page may have a name point here.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return end(response, 403, 'not for this host');
  if (origin !== undefined) {
    if (!origins.includes(origin)) return end(response, 403, `not for pages of ${origin}`);
    response
      .setHeader('Access-Control-Allow-Origin', origin)
      .setHeader('Access-Control-Allow-Methods', 'POST, OPTIONS')
      .setHeader('Access-Control-Allow-Headers', 'content-type, x-namespace, authorization')
      .setHeader('Access-Control-Allow-Credentials', 'true')
      .setHeader('Access-Control-Allow-Private-Network', 'true')
      .setHeader('Vary', 'Origin');
  }
  if (request.method === 'OPTIONS') return end(response, 204);
  const path = request.url?.split('?')[0];
  if (request.method !== 'POST' || (path !== '/encode' && path !== '/decode')) {
    return end(response, 404, 'POST /encode or /decode');
  }
  const payloads = await payloadsOf(request);
  if (!payloads) return end(response, 400, 'expected { "payloads": [ … ] } in JSON');
  const answered = await (path === '/encode' ? codec.encode(payloads) : codec.decode(payloads));
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ payloads: answered.map(toJson) }));
}

/** What is wrong with the key is worth telling; anything else a client can do nothing about. */
function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof Fault) end(response, 400, `${error.message} ${error.mend}`);
  else end(response, 500, 'internal error');
}

function end(response: ServerResponse, status: number, text?: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

async function payloadsOf(request: IncomingMessage): Promise<Payload[] | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    const { payloads } = JSON.parse(Buffer.concat(chunks).toString()) as { payloads: JsonPayload[] };
    return payloads.map(fromJson);
  } catch {
    // Who sends something else is told so.
    return undefined;
  }
}

function fromJson({ metadata = {}, data = '' }: JsonPayload): Payload {
  const entries = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data, 'base64') };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  return { metadata: Object.fromEntries(entries), data: base64(data) };
}

const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');
