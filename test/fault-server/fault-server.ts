import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Sandbox } from '../../src/sandbox/server.ts';

/** What the real service answered, as a fault may use it. */
export type Processed = { status: number; headers: IncomingMessage['headers']; body: string };

/** `process` hands the request to the real service, once a call, and answers with what that said. */
export type Fault = (
  response: ServerResponse,
  process: () => Promise<Processed>,
  url: string,
) => Promise<void> | void;

/** What a new connection meets; those that stand are kept. A certificate is in PEM. */
export type TransportFault = 'none' | 'refused' | 'no handshake' | { certificate: string };

type FaultServerOptions = {
  /** Told of every POST that was read. */
  onPost?: (body: string) => void;
  /** Speaks https, as `localhost`. */
  tls?: { key: string; cert: string };
};

export type FaultServer = {
  /** Base URL of the API, to be used in the service's place. */
  baseUrl: string;
  /** POSTs that reached this server, whether or not they were processed. */
  posts: () => number;
  /** Meets every POST from now on; null passes them on. */
  setFault: (fault: Fault | null) => void;
  /** Meets every GET from now on; null passes them on. */
  setReadFault: (fault: Fault | null) => void;
  setTransport: (fault: TransportFault) => void;
  /** Once the client is gone: resolves when all that it sent has been read and dealt with. */
  idle: () => Promise<void>;
  close: () => Promise<void>;
};

/**
 * Stands before the real sandbox server on a socket of its own and decides for each POST whether, when and how
 * often to process it and what to answer. Unlike a TCP proxy it can process and then fail.
 */
export async function startFaultServer(
  sandbox: Sandbox,
  { onPost = () => {}, tls }: FaultServerOptions = {},
): Promise<FaultServer> {
  let fault: Fault | null = null;
  let readFault: Fault | null = null;
  let posts = 0;
  const underWay = new Set<Promise<unknown>>();
  const keepUntilDone = (work: Promise<unknown>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    keepUntilDone(respond(incoming, response).catch(() => response.destroy()));
  };
  const secureServer = tls ? createSecureServer(tls, handle) : null;
  const server = secureServer ?? createServer(handle);
  const breakOff = (socket: Socket): void => void socket.destroy();
  server.on('connection', (socket: Socket) => {
    keepUntilDone(new Promise((resolve) => socket.once('close', resolve)));
  });

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const process = () => passOn(sandbox.port, incoming, body);
    const { method, url = '/' } = incoming;
    if (method === 'POST') {
      posts += 1;
      onPost(body.toString('utf8'));
    }
    const meet = method === 'POST' ? fault : readFault;
    if (meet) return meet(response, process, url);
    answerAs(response, await process());
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: tls ? `https://localhost:${port}/api/v1` : `http://127.0.0.1:${port}/api/v1`,
    posts: () => posts,
    setFault: (next) => (fault = next),
    setReadFault: (next) => (readFault = next),
    setTransport(next) {
      server.off('connection', breakOff);
      if (next === 'no handshake') server.prependListener('connection', breakOff);
      if (next === 'refused') server.close();
      else if (!server.listening) server.listen(port, '127.0.0.1');
      if (tls) {
        const cert = typeof next === 'object' ? next.certificate : tls.cert;
        secureServer?.setSecureContext({ ...tls, cert });
      }
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The answer as it came, or with another status or body. */
export function answerAs(response: ServerResponse, { status, headers, body }: Processed): void {
  const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function passOn(port: number, incoming: IncomingMessage, body: Buffer): Promise<Processed> {
  const { method, url, headers } = incoming;
  return new Promise((resolve, reject) => {
    const outgoing = forward({ host: '127.0.0.1', port, method, path: url, headers });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      });
    });
    outgoing.end(body);
  });
}
