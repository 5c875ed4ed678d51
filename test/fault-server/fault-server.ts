import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../../src/sandbox/server.ts';

/** What the real service answered, as a fault may use it. */
export type Processed = { status: number; headers: IncomingMessage['headers']; body: string };

/** `process` hands the request to the real service, once, and answers with what that said. */
export type Fault = (
  response: ServerResponse,
  process: () => Promise<Processed>,
) => Promise<void> | void;

export type FaultServer = {
  /** Base URL of the API, to be used in the service's place. */
  baseUrl: string;
  /** POSTs that reached this server, whether or not they were processed. */
  posts: () => number;
  /** Meets every POST from now on; null passes them on. */
  setFault: (fault: Fault | null) => void;
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
  onPost: (body: string) => void = () => {},
): Promise<FaultServer> {
  let fault: Fault | null = null;
  let posts = 0;
  const underWay = new Set<Promise<unknown>>();
  const keepUntilDone = (work: Promise<unknown>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const server = createServer((incoming, response) => {
    keepUntilDone(respond(incoming, response).catch(() => response.destroy()));
  });
  server.on('connection', (socket) => {
    keepUntilDone(new Promise((resolve) => socket.once('close', resolve)));
  });

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const process = () => passOn(sandbox.port, incoming, body);
    if (incoming.method === 'POST') {
      posts += 1;
      onPost(body.toString('utf8'));
      if (fault) return fault(response, process);
    }
    answerAs(response, await process());
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/api/v1`,
    posts: () => posts,
    setFault: (next) => (fault = next),
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
