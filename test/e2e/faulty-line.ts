import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of the answers to POSTs. Each POST reaches the service in any case. */
type PostFault = 'none' | 'hold' | 'drop';

export type FaultyLine = {
  /** Base URL by which the service behind is reached through this line. */
  url: string;
  /** `hold`: answers wait until the fault changes. `drop`: the connection breaks in place of the answer. */
  setPostFault: (fault: PostFault) => void;
  /** While down, nothing gets through, in either direction. */
  setDown: (down: boolean) => void;
  /** Requests whose path holds this text are answered 404; null for none. */
  setMissing: (part: string | null) => void;
  /** Every answer takes so much longer. */
  setDelay: (ms: number) => void;
  close: () => Promise<void>;
};

/** A line on which answers get lost, between the app and the service at `target` (its Base URL). */
export async function startFaultyLine(target: string): Promise<FaultyLine> {
  let fault: PostFault = 'none';
  let isDown = false;
  let delayMs = 0;
  let missing: string | null = null;
  let held: (() => void)[] = [];

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (isDown) return void incoming.socket.destroy();
    const { method = '', url = '/', headers } = incoming;
    if (missing !== null && url.includes(missing)) {
      outgoing.writeHead(404, { 'Content-Type': 'application/json' });
      return void outgoing.end('{"errors":"Not found"}');
    }
    const onward = request(new URL(url, target), { method, headers }, (answer) => {
      const deliver = () => {
        if (isDown || (method === 'POST' && fault === 'drop')) {
          answer.resume();
          incoming.socket.destroy();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      };
      if (method === 'POST' && fault === 'hold') held.push(deliver);
      else setTimeout(deliver, delayMs);
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  }

  const server = createServer(forward);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${new URL(target).pathname}`,
    setPostFault: (next) => {
      fault = next;
      for (const deliver of held.splice(0)) deliver();
    },
    setDown: (next) => {
      isDown = next;
    },
    setMissing: (part) => {
      missing = part;
    },
    setDelay: (ms) => {
      delayMs = ms;
    },
    close: () => {
      held = [];
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
