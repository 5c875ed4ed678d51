import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What happens to a POST: its answer is lost, cut short or replaced; or it never arrives. `send-twice`: the first
 * answer is lost on the way, so it is sent again as it is, and the second answer passes.
 */
export type Fault =
  'none' | 'drop-answer' | 'cut-answer' | 'error-after' | 'drop-request' | 'send-twice';

/** Stands between app and sandbox and spoils POSTs; reads pass. */
export async function startProxy(target: string) {
  const { port, host } = new URL(target);
  const state = {
    fault: 'none' as Fault,
    posts: 0,
    /** Reads go on once it resolves. */
    readsAfter: Promise.resolve(),
  };
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === 'POST') forward(incoming, outgoing);
    else void state.readsAfter.then(() => forward(incoming, outgoing));
  });

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const isPost = incoming.method === 'POST';
    if (isPost) state.posts += 1;
    const fault = isPost ? state.fault : 'none';
    if (fault === 'drop-request') return void incoming.socket.destroy();
    const { method, url, headers } = incoming;
    const options = { port, method, path: url, headers: { ...headers, host } };
    if (fault === 'send-twice') {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        const send = (onAnswer: (answer: IncomingMessage) => void): void =>
          void httpRequest(options, onAnswer).end(body);
        send((lost) =>
          lost.resume().on('end', () =>
            send((answer) => {
              outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
              answer.pipe(outgoing);
            }),
          ),
        );
      });
      return;
    }
    const onward = httpRequest(options, (answer: IncomingMessage) => {
      answer.resume().on('error', () => {});
      if (fault === 'drop-answer') return void incoming.socket.destroy();
      if (fault === 'error-after') return void outgoing.writeHead(502).end('<h1>Bad gateway</h1>');
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fault !== 'cut-answer') return void answer.pipe(outgoing);
      outgoing.write('{"tid": "3');
      setImmediate(() => outgoing.destroy());
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  }
  let ownPort = 0;
  async function open(): Promise<void> {
    server.listen(ownPort, '127.0.0.1');
    await once(server, 'listening');
    ownPort = (server.address() as AddressInfo).port;
  }
  /** From now on connections are refused, until `open`. */
  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
  await open();
  onTestFinished(close);
  return Object.assign(state, { baseUrl: `http://127.0.0.1:${ownPort}/api/v1`, open, close });
}
