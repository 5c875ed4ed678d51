import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const API_KEY = 'M3175465';
export const SECRET =
  'TkLPjz2dzzyoMZdkJqM1qLusyTizYPl0IeX7vHi+17+mlYEjyfnLIgqopAQ8Bnk2QnwcSYa4VuXY384EnGi3tA==';

/** A request as it came over the wire, with what the reference's recipe makes of it. */
export type Seen = {
  method: string;
  url: string;
  body: string;
  headers: IncomingMessage['headers'];
  /** The signature is the recipe's for exactly this method, url, body and Date. */
  signatureHolds: boolean;
  socketPort: number;
};

export type RawServer = {
  baseUrl: string;
  port: number;
  seen: Seen[];
  posts(): number;
  close(): Promise<void>;
};

type Answer = (seen: Seen, response: ServerResponse, request: IncomingMessage) => void;

/** bitpro-api.md, Authentication, with node:crypto alone and nothing of src. */
function signatureHolds(method: string, url: string, body: string, headers: Seen['headers']) {
  const md5 = createHash('md5').update(body).digest('base64');
  const canonical = [method, md5, url, headers.date].join(',');
  const signature = createHmac('sha1', SECRET).update(canonical).digest('base64');
  const date = headers.date ?? '';
  return (
    headers['content-md5'] === md5 &&
    headers.authorization === `Bitpro ${API_KEY}:${signature}` &&
    /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date)
  );
}

export function listener(seen: Seen[], answer: Answer): RequestListener {
  return (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = {
        method,
        url,
        body,
        headers,
        signatureHolds: signatureHolds(method, url, body, headers),
        socketPort: request.socket.remotePort ?? 0,
      };
      seen.push(entry);
      answer(entry, response, request);
    });
  };
}

/** A plain HTTP server on loopback that does with each request what the test says. */
export async function startRawServer(
  answer: Answer,
  tls?: { key: string; cert: string },
): Promise<RawServer> {
  const seen: Seen[] = [];
  const server = tls
    ? createSecureServer(tls, listener(seen, answer))
    : createServer(listener(seen, answer));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  return {
    baseUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/api/v1`,
    port,
    seen,
    posts: () => seen.filter(({ method }) => method === 'POST').length,
    close,
  };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
