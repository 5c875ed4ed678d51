import { AppError, type ErrorCode } from '#shared/errors.ts';

export type TransportFailure =
  | 'host_not_found'
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'broken'
  | 'not_http'
  | 'oversize'
  | 'cancelled';

/** An exchange without a usable answer. Holds nothing of the request, so it is safe in a log. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;
  /** Node's or OpenSSL's code, empty where there is none. */
  readonly code: string;
  /** False only when it is certain that not one byte of the request was written. */
  readonly mayHaveSent: boolean;

  constructor(
    failure: TransportFailure,
    { cause, mayHaveSent }: { cause: unknown; mayHaveSent: boolean },
  ) {
    super(failure, { cause });
    this.failure = failure;
    this.code = codeOf(cause);
    this.mayHaveSent = mayHaveSent;
  }
}

/** A certificate does not get right by itself; a line that broke or was silent may. */
export function mayPass({ failure, code }: TransportError): boolean {
  if (failure === 'timeout' || failure === 'broken') return true;
  return failure === 'tls' && (code === '' || code === 'ECONNRESET');
}

export function transportErrorFrom(cause: unknown, mayHaveSent: boolean): TransportError {
  const failure = cause instanceof TransportError ? cause.failure : failureOf(cause);
  return new TransportError(failure, { cause, mayHaveSent });
}

/** A connection that ended before it stood: no answer broke, for nothing was asked yet. */
export function connectFailure(cause: Error, isSecure: boolean): Error {
  if (cause instanceof TransportError || failureOf(cause) !== 'broken') return cause;
  return new TransportError(isSecure ? 'tls' : 'unreachable', { cause, mayHaveSent: false });
}

function codeOf(cause: unknown): string {
  if (cause instanceof TransportError) return cause.code;
  const hasCode = cause instanceof Error && 'code' in cause;
  return hasCode && typeof cause.code === 'string' ? cause.code : '';
}

const failuresByCode: ReadonlyMap<string, TransportFailure> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['ETIMEDOUT', 'timeout'],
  ['EPROTO', 'tls'],
]);

const certificateCode =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

function failureOf(cause: unknown): TransportFailure {
  const code = codeOf(cause);
  const known = failuresByCode.get(code);
  if (known) return known;
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'host_not_found';
  if (code.startsWith('HPE_')) return 'not_http';
  if (certificateCode.test(code)) return 'tls';
  // Node gives a connection closed during the handshake the code of any reset.
  if (cause instanceof Error && cause.message.includes('before secure TLS')) return 'tls';
  return 'broken';
}

/** The failure in words for the operator: what happened and what to do. */
export function describeTransportFailure(error: TransportError, host: string): string {
  switch (error.failure) {
    case 'host_not_found':
      return `No address was found for ${host}. Check the Base URL and this computer's network.`;
    case 'refused':
      return `Nothing accepts connections at ${host}. Check the Base URL and its port, or whether the service is down.`;
    case 'unreachable':
      return `${host} cannot be reached. Check this computer's network or VPN.`;
    case 'tls':
      return describeTlsFailure(error.code, host);
    case 'timeout':
      return `${host} did not answer in time. Check the network and try again.`;
    case 'broken':
      return `The connection to ${host} broke before the answer was complete. Try again.`;
    case 'not_http':
      return `What answered at ${host} does not speak HTTP. Check the Base URL, its port and whether it begins with https.`;
    case 'oversize':
      return `${host} answered with far more data than Bitpro sends. Check the Base URL.`;
    case 'cancelled':
      return 'The request was cancelled.';
  }
}

function describeTlsFailure(code: string, host: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${host} has expired. Check this computer's date; if it is right, tell whoever runs the service.`;
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${host} is not valid yet. Check this computer's date.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate shown for ${host} belongs to another name. Check the Base URL; do not go on if it is right.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `The certificate of ${host} is not signed by an authority this computer trusts. If your company inspects traffic, have its authority added to the system's certificates.`;
    default:
      return `No secure connection to ${host} could be made${code === '' ? '' : ` (${code})`}. Check the Base URL and its port.`;
  }
}

const codes: Readonly<Record<TransportFailure, ErrorCode>> = {
  host_not_found: 'host_not_found',
  refused: 'connection_refused',
  unreachable: 'offline',
  tls: 'tls_failed',
  timeout: 'timeout',
  broken: 'offline',
  not_http: 'not_bitpro',
  oversize: 'not_bitpro',
  cancelled: 'cancelled',
};

export function appErrorFromTransport(error: TransportError, host: string): AppError {
  return new AppError(codes[error.failure], describeTransportFailure(error, host), {
    retryable: mayPass(error) || !['tls', 'cancelled'].includes(error.failure),
    cause: error,
  });
}
