import { fastify, type FastifyInstance } from 'fastify';
import { notFound, sendError } from './api-error.ts';
import { addApiRoutes } from './api-routes.ts';
import { addControlRoutes } from './control-routes.ts';
import { createControls, type Controls } from './controls.ts';
import { createGate } from './gate.ts';
import { Ledger } from './ledger.ts';
import { resolveOptions, type SandboxOptions, type SandboxSettings } from './options.ts';
import { logRequests, type RequestLog, type RequestRecord } from './request-log.ts';
import { seedDemo } from './scenario.ts';
import { openStateStore, type StateStore } from './state-store.ts';

export interface Sandbox extends Controls, Pick<RequestLog, 'requests'> {
  /** Base URL of the API: http://127.0.0.1:PORT/api/v1 */
  url: string;
  port: number;
  /** Stops listening and drops open connections. The state is on disk before any answer is sent. */
  close: () => Promise<void>;
}

export interface SandboxHooks {
  /** Milliseconds since 1970; Date of responses, signatures and all times follow it. */
  now?: () => number;
  /** Called once a request is answered. */
  onAnswered?: (record: RequestRecord) => void;
}

/**
 * Starts an emulated Bitpro service on 127.0.0.1.
 * @throws Error when the port is taken, the options cannot work or the state file is not usable.
 */
export async function startSandbox(options: SandboxOptions & SandboxHooks): Promise<Sandbox> {
  const { now = Date.now, onAnswered = () => {}, ...given } = options;
  const settings = resolveOptions(given);
  const store = openStateStore(settings);
  const ledger = new Ledger(store, settings);
  if (!store.resumed && settings.scenario === 'demo') seedDemo(ledger, settings, now());
  store.flush();

  const app = createApp(settings, store, now);
  const { requests, noteRefusal } = logRequests(app, now, onAnswered);
  const gate = createGate(settings, store, now, noteRefusal);
  await app.register(
    (api, _options, done) => {
      addApiRoutes(api, { settings, ledger, store, gate, now });
      done();
    },
    { prefix: '/api/v1' },
  );
  const controls = createControls(ledger, store, settings, now);
  if (settings.control) {
    await app.register(
      (control, _options, done) => {
        addControlRoutes(control, { ...controls, requests });
        done();
      },
      { prefix: '/sandbox' },
    );
  }

  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: settings.port }));
  return {
    ...controls,
    requests,
    url: `http://127.0.0.1:${port}/api/v1`,
    port: Number(port),
    close: () => app.close(),
  };
}

function createApp(
  settings: SandboxSettings,
  store: StateStore,
  now: () => number,
): FastifyInstance {
  const { errorShape } = settings;
  const app = fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // Paths that cannot be decoded or are too long lead nowhere.
    frameworkErrors: (_error, _request, reply) => void sendError(reply, notFound(), errorShape),
  });
  // `curl -X GET -d …` sends a body with a GET, and the reference's recipes do so.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    // The reference names no content type: every body is a form, and its raw bytes are hashed.
    delete request.raw.headers['content-type'];
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    store.flush();
    // Clients learn the clock from this header, so it must be the clock they are checked against.
    reply.header('date', new Date(now()).toUTCString());
    done(null, payload);
  });
  app.setNotFoundHandler((_request, reply) => sendError(reply, notFound(), errorShape));
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, errorShape));
  return app;
}
