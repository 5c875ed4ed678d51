import { TransportError } from '../../src/main/bitpro/transport-error.ts';
import { present, type LedgerEntry, type Reply, type Service } from './service.ts';

/** What came back to the app: an answer, or a connection that failed. */
export type Heard = { status: number; body: string; contentType: string } | TransportError;

const json = 'application/json';
const broken = (code: string) => transport('broken', code, true);

function transport(
  failure: ConstructorParameters<typeof TransportError>[0],
  code: string,
  mayHaveSent: boolean,
): TransportError {
  const cause = Object.assign(new Error(code), { code });
  return new TransportError(failure, { cause, mayHaveSent });
}

/** Failures of connecting: not one byte of the request leaves. */
export const unsent: Record<string, () => TransportError> = {
  refused: () => transport('refused', 'ECONNREFUSED', false),
  'name not found': () => transport('host_not_found', 'ENOTFOUND', false),
  'certificate expired': () => transport('tls', 'CERT_HAS_EXPIRED', false),
  unreachable: () => transport('unreachable', 'ENETUNREACH', false),
};

type Failures = Record<string, () => Heard>;

const cutOff: Failures = {
  reset: () => broken('ECONNRESET'),
  'broken pipe': () => broken('EPIPE'),
  oversize: () => transport('oversize', '', true),
  'not HTTP': () => transport('not_http', 'HPE_INVALID_CONSTANT', true),
};

const pages: Failures = {
  'web page 200': () => page(200),
  'web page 403': () => page(403),
  'web page 502': () => page(502),
};

const unheardOf: Failures = {
  'an error nobody knows': () => errors(422, 'Compliance hold'),
  'a refusal without words': () => ({ status: 400, body: '', contentType: json }),
};

const statuses: Failures = Object.fromEntries(
  [302, 307, 407, 408, 409, 429, 500, 502, 503, 504].map((status) => [
    `status ${status}`,
    () => errors(status, 'Amount is greater than your available balance'),
  ]),
);

/** Failures that may strike before the service has done anything, or after it has done it all. */
export const doubtful: Failures = { ...cutOff, ...pages, ...unheardOf, ...statuses };

/** Their names by kind, so that a kind with many names is not met more often. */
export const doubtfulKinds = [cutOff, pages, unheardOf, statuses].map((kind) => Object.keys(kind));

/** Words of the reference, said of what was executed all the same. */
export const untrue: Record<string, () => Heard> = {
  'replicated, says 401': () => errors(401, 'Replicated request'),
  'processed before, says 401': () => errors(401, 'Request already processed'),
  'above the balance, says 422': () => errors(422, 'Amount is greater than your available balance'),
  'no such client, says 404': () => errors(404, 'Not found'),
  'no such address, says 422': () => errors(422, 'Address is not a valid bitcoin address'),
};

export type Spoiling = {
  /** A transaction of the client that the app can know to be older. */
  older: LedgerEntry | undefined;
  amend: Service['amend'];
};

/** Ways to spoil an answer to what was executed. */
export const spoiled: Record<string, (reply: Reply, by: Spoiling) => Heard> = {
  ...untrue,
  truncated: ({ status, body }) => heard(status, body.slice(0, body.length / 2)),
  'malformed JSON': ({ status, body }) => heard(status, `${body},`),
  empty: () => heard(204, ''),
  'a field is missing': ({ status, body }) => heard(status, body.replace(/"(tid|uid)"/, '"id"')),
  'another amount': (reply, by) =>
    executedAs(reply, by, ({ amountSats }) => ({ amountSats: amountSats + 1 })),
  'much more than asked': (reply, by) =>
    executedAs(reply, by, ({ amountSats }) => ({ amountSats: amountSats * 3 })),
  'taken and failed': (reply, by) =>
    // Only a withdrawal has a state.
    reply.executed?.kind === 'withdrawal'
      ? executedAs(reply, by, () => ({ failed: true }))
      : heard(reply.status, reply.body),
  'less a fee, unheard': (reply, by) =>
    unanswered(executedAs(reply, by, ({ amountSats }) => ({ amountSats: amountSats - 10_000 }))),
  'far more, unheard': (reply, by) =>
    unanswered(executedAs(reply, by, ({ amountSats }) => ({ amountSats: amountSats * 3 }))),
  'listed as something else, unheard': (reply, by) =>
    unanswered(executedAs(reply, by, () => ({ listedAs: 'bitcoin_transfer' }))),
  'dated two days ago': (reply, by) =>
    unanswered(
      executedAs(reply, by, ({ createdAtMs }) => ({ createdAtMs: createdAtMs - 48 * HOUR_MS })),
    ),
  'dated in ten hours': (reply, by) =>
    unanswered(
      executedAs(reply, by, ({ createdAtMs }) => ({ createdAtMs: createdAtMs + 10 * HOUR_MS })),
    ),
  'another address': (reply, by) => executedAs(reply, by, () => ({ address: '2N2another' })),
  'an older transaction': ({ status, body }, { older }) =>
    heard(status, older === undefined ? body.slice(1) : JSON.stringify(present(older))),
};

const HOUR_MS = 3_600_000;

/** It was so, and nobody heard. */
function unanswered(_heard: Heard): Heard {
  return broken('ECONNRESET');
}

/** The service does something else than it was asked for, and says so. */
function executedAs(
  { status, body, executed }: Reply,
  { amend }: Spoiling,
  change: (entry: LedgerEntry) => Partial<LedgerEntry>,
): Heard {
  if (executed === null || executed.kind === 'create_client') return heard(status, body);
  amend(executed, change(executed));
  return heard(status, JSON.stringify(present(executed)));
}

export function heard(status: number, body: string): Heard {
  return { status, body, contentType: json };
}

function errors(status: number, text: string): Heard {
  return heard(status, JSON.stringify({ errors: text }));
}

function page(status: number): Heard {
  return { status, body: '<html>Sign in</html>', contentType: 'text/html' };
}
