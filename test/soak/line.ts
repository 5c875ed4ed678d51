import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Line = {
  /** Base URL by which the service is reached through this line. */
  url: string;
  /** Breaks every connection, and each new one, until it is mended. */
  cut: () => void;
  mend: () => void;
  isUp: () => boolean;
  /** The next POST reaches the service, and its answer gets lost. */
  loseNextAnswer: () => void;
  /** Requests that came in so far. */
  requests: () => number;
  /** Resolves with the milliseconds from now to the next page of a history that came through. */
  nextPage: () => Promise<number>;
  close: () => Promise<void>;
};

const isPage = (path: string): boolean => /\/transactions(\?|$)/.test(path);

/** The line between the app and the service at `target` (its Base URL), over which the soak has its way. */
export async function startLine(target: string): Promise<Line> {
  let isDown = false;
  let losesAnswer = false;
  let requests = 0;
  const watchers: (() => void)[] = [];

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = '', url = '/', headers, socket } = incoming;
    if (isDown) return void socket.destroy();
    requests += 1;
    const isLost = losesAnswer && method === 'POST';
    if (isLost) losesAnswer = false;
    const onward = request(new URL(url, target), { method, headers }, (answer) => {
      if (isLost) {
        answer.resume().once('end', () => socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
      if (answer.statusCode !== 200 || !isPage(url)) return;
      answer.once('end', () => {
        for (const seen of watchers.splice(0)) seen();
      });
    });
    onward.on('error', () => socket.destroy());
    incoming.pipe(onward);
  }

  const server = createServer(forward);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${new URL(target).pathname}`,
    cut() {
      isDown = true;
      server.closeAllConnections();
    },
    mend: () => (isDown = false),
    isUp: () => !isDown,
    loseNextAnswer: () => (losesAnswer = true),
    requests: () => requests,
    nextPage() {
      const fromMs = performance.now();
      return new Promise((resolve) => {
        watchers.push(() => resolve(performance.now() - fromMs));
      });
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
