import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { linkAbort } from './linked-abort.ts';
import { connectFailure, TransportError, transportErrorFrom } from './transport-error.ts';

/**
 * One exchange over HTTP/1.1: no redirect, no retry, one deadline over the whole of it and a limit on the size of
 * the answer. Both reject with TransportError and nothing else.
 *
 * `post` opens a connection of its own and hands the request over only once that stands (TLS verified), so
 * `mayHaveSent: false` is a proof that not one byte of the request left (money-safety.md, "rejected").
 * `get` may use a connection again; a read can be repeated.
 */
export type Http = {
  get(request: HttpRequest, limits: HttpLimits): Promise<HttpAnswer>;
  post(
    request: HttpRequest & { body: Buffer },
    limits: HttpLimits & { mayStart?: MayStart | undefined },
  ): Promise<HttpAnswer>;
};

/** Asked when the connection stands, which may take long, and not a byte was written. Throws an AppError to stop it. */
export type MayStart = () => void;

export type HttpRequest = {
  /** Scheme, host and port; the path is not taken from here. */
  origin: URL;
  /** Path and query, sent exactly as they are. */
  uri: string;
  headers: Readonly<Record<string, string>>;
  /** A read on a connection of its own that is not kept: none that is dead or busy is in its way. */
  isAlone?: boolean;
};

export type HttpLimits = { timeoutMs: number; signal?: AbortSignal | undefined };

export type HttpAnswer = {
  status: number;
  /** Of headers that came more than once, the first. */
  header(name: 'content-type' | 'date' | 'location' | 'retry-after'): string | undefined;
  body: Buffer;
  /** By the monotonic clock: just before the request was written, and when the head of the answer was in. */
  sentAtMs: number;
  receivedAtMs: number;
};

/** A page of 25 transactions is about 6 kB. */
const MAX_ANSWER_BYTES = 1_000_000;
/** As many pages as a reading asks for at once, and some for what else is read meanwhile. */
const MAX_READ_CONNECTIONS = 10;
/** Unused, unless the service ends connections sooner and says so: Node looks at that only if there is a limit here. */
const KEPT_MS = 60_000;
/** Node's 250 ms for one address before it tries the next is too short for a slow line. */
const ADDRESS_ATTEMPT_MS = 2500;
/** Said each time: else NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would switch the check off. */
const VERIFIED = { rejectUnauthorized: true } as const;

/** @param onHungUp the other side has ended the last connection that was kept for later: a sign of a line that is cut */
export function createHttp(now: () => number, onHungUp: () => void = () => {}): Http {
  const onward = { autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
  const pool = {
    ...onward,
    keepAlive: true,
    maxSockets: MAX_READ_CONNECTIONS,
    timeout: KEPT_MS,
  };
  const plain = { kept: new HttpAgent(pool), alone: new HttpAgent(onward) };
  const secure = {
    kept: new HttpsAgent({ ...pool, ...VERIFIED }),
    alone: new HttpsAgent({ ...onward, ...VERIFIED }),
  };
  tellHangUp(plain.kept, onHungUp);
  tellHangUp(secure.kept, onHungUp);

  return {
    get: (request, limits) =>
      withDeadline(limits, async (stop) => {
        const { kept, alone } = isSecure(request.origin) ? secure : plain;
        const agent = request.isAlone === true ? alone : kept;
        const options = { ...requestOptions(request), method: 'GET', agent };
        const start = isSecure(request.origin) ? httpsRequest : httpRequest;
        const sentAtMs = now();
        return talk(start, options, null, { stop, now, sentAtMs });
      }),

    post: (request, limits) =>
      withDeadline(limits, async (stop, handOver) => {
        const socket = await dial(request.origin, stop);
        const options = {
          ...requestOptions(request),
          method: 'POST',
          // No agent: `Connection: close`, and the socket serves this request only.
          createConnection: () => socket,
        };
        stop.throwIfAborted();
        limits.mayStart?.();
        handOver();
        const sentAtMs = now();
        return talk(httpRequest, options, request.body, { stop, now, sentAtMs });
      }),
  };
}

/** What this side ends after a while, sooner than the service says that it would, is no sign of anything. */
function tellHangUp(agent: HttpAgent, onHungUp: () => void): void {
  const kept = new Set<Duplex>();
  const known = new WeakSet<Duplex>();
  const keep = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  // Asked for each answer whose connection could serve another request.
  agent.keepSocketAlive = (socket) => {
    const isKept: unknown = keep(socket);
    if (isKept !== true) return isKept;
    kept.add(socket);
    if (!known.has(socket)) {
      known.add(socket);
      socket.once('timeout', () => kept.delete(socket));
      socket.once('close', () => {
        if (kept.delete(socket) && kept.size === 0) onHungUp();
      });
    }
    return true;
  };
  agent.reuseSocket = (socket, request) => {
    kept.delete(socket);
    reuse(socket, request);
  };
}

function isSecure(origin: URL): boolean {
  return origin.protocol === 'https:';
}

function hostOf(origin: URL): { host: string; port: number } {
  const port = Number(origin.port) || (isSecure(origin) ? 443 : 80);
  return { host: origin.hostname.replace(/^\[|\]$/g, ''), port };
}

function requestOptions(request: HttpRequest): RequestOptions {
  return {
    ...hostOf(request.origin),
    path: request.uri,
    headers: { host: request.origin.host, ...request.headers },
  };
}

/** Runs `action` under one deadline and the caller's signal, and turns what it throws into a TransportError. */
async function withDeadline<T>(
  { timeoutMs, signal }: HttpLimits,
  action: (stop: AbortSignal, handOver: () => void) => Promise<T>,
): Promise<T> {
  let mayHaveSent = false;
  const stop = linkAbort(signal);
  const timer = setTimeout(() => {
    stop.abort(new TransportError('timeout', { cause: undefined, mayHaveSent }));
  }, timeoutMs);
  try {
    if (signal?.aborted) throw new TransportError('cancelled', { cause: undefined, mayHaveSent });
    return await action(stop.signal, () => (mayHaveSent = true));
  } catch (error) {
    if (signal?.aborted) throw new TransportError('cancelled', { cause: error, mayHaveSent });
    throw transportErrorFrom(error, mayHaveSent);
  } finally {
    clearTimeout(timer);
    stop.unlink();
  }
}

/** An open connection, its certificate verified. Nothing has been written to it. */
function dial(origin: URL, stop: AbortSignal): Promise<Socket> {
  const target = { ...hostOf(origin), autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
  const secure = isSecure(origin);
  const servername = isIP(target.host) === 0 ? target.host : '';
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectTls({ ...target, ...VERIFIED, servername, ALPNProtocols: ['http/1.1'] })
      : connectTcp(target);
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket));
    const fail = (error: Error): void => reject(connectFailure(error, secure));
    socket.on('error', fail);
    socket.once('close', () => fail(new Error('closed before the connection stood')));
    onStop(stop, (reason) => {
      reject(reason);
      socket.destroy();
    });
  });
}

function talk(
  start: typeof httpRequest,
  options: RequestOptions,
  body: Buffer | null,
  context: { stop: AbortSignal; now: () => number; sentAtMs: number },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = start(options);
    const isSecure = start === httpsRequest;
    let isStanding = !isSecure;
    outgoing.on('socket', (socket) => {
      // One that was used before stands already.
      if (!socket.connecting) isStanding = true;
      else socket.once('secureConnect', () => (isStanding = true));
    });
    const fail = (error: Error) => {
      reject(isStanding ? error : connectFailure(error, isSecure));
      outgoing.destroy();
    };
    onStop(context.stop, fail);
    outgoing.on('error', fail);
    outgoing.on('close', () => reject(new Error('closed before the answer was complete')));
    outgoing.on('response', (incoming) => {
      const receivedAtMs = context.now();
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('error', fail);
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > MAX_ANSWER_BYTES) {
          fail(new TransportError('oversize', { cause: undefined, mayHaveSent: true }));
        }
      });
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          header: (name) => incoming.headersDistinct[name]?.[0],
          body: Buffer.concat(chunks),
          sentAtMs: context.sentAtMs,
          receivedAtMs,
        });
      });
    });
    outgoing.end(body);
  });
}

function onStop(stop: AbortSignal, listener: (reason: Error) => void): void {
  const tell = () => {
    const reason: unknown = stop.reason;
    listener(reason instanceof Error ? reason : new Error('stopped'));
  };
  if (stop.aborted) tell();
  else stop.addEventListener('abort', tell, { once: true });
}
