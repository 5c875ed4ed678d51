import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { createSigner } from '../../../src/main/secrets/signer.ts';

type Keys = { apiKey: string; secret: string };

/**
 * A server in front of the sandbox that knows more keys of an account: what is signed with one of `also` goes on
 * signed with the account's own, as if the merchant had been given new ones.
 */
export async function startKeyDoor(target: string, account: Keys, also: readonly Keys[]) {
  const { port, host } = new URL(target);
  const signer = createSigner(account.secret);
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const [, apiKey = '', signature = ''] =
      /^Bitpro ([^:]+):(.+)$/.exec(headers.authorization ?? '') ?? [];
    const text = [method, headers['content-md5'] ?? '', url, headers.date ?? ''].join(',');
    const isKnown = also.some(
      (keys) => keys.apiKey === apiKey && createSigner(keys.secret).sign(text) === signature,
    );
    const signed = isKnown
      ? { authorization: `Bitpro ${account.apiKey}:${signer.sign(text)}` }
      : {};
    const onward = httpRequest(
      { port, method, path: url, headers: { ...headers, host, ...signed } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
}
