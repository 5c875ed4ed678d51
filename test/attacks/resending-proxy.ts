import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Heard = { status: number; headers: IncomingMessage['headers']; body: Buffer };

/**
 * Loses the answer to each POST and sends the same bytes once more, as proxies do on a broken keep-alive connection;
 * what it passes on is the answer to the second copy.
 */
export async function startResendingProxy(target: string) {
  const { port: targetPort } = new URL(target);
  let copies = 0;
  /** What happens between the two copies. */
  let between: () => void | Promise<void> = () => {};

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    let heard = await send(incoming, body);
    if (incoming.method === 'POST') {
      await between();
      heard = await send(incoming, body);
      copies += 1;
    }
    const { 'transfer-encoding': _, connection: __, ...headers } = heard.headers;
    response.writeHead(heard.status, headers).end(heard.body);
  }

  function send({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const onward = request({ host: '127.0.0.1', port: targetPort, method, path: url, headers });
      onward.on('error', reject);
      onward.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      onward.end(body);
    });
  }

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/api/v1`,
    /** POSTs that were sent twice. */
    copies: () => copies,
    setBetween: (next: typeof between) => void (between = next),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
