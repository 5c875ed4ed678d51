import {
  expectedEnvironment,
  type ApiOptions,
  type ConnectionForm,
} from '#shared/domain/profile.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import type { ServerClock } from '../bitpro/clock.ts';
import type { Signer } from '../bitpro/sign.ts';

export type ConnectionTarget = {
  environment: ConnectionForm['environment'];
  /** Already checked and without a trailing slash. */
  baseUrl: string;
  apiKey: string;
  signer: Signer;
  options: ApiOptions;
};

/** Makes a client and the clock it learns; nothing is sent by it. */
export type Connect = (target: Omit<ConnectionTarget, 'environment'>) => {
  client: Pick<BitproClient, 'ping' | 'getClient'>;
  clock: Pick<ServerClock, 'offsetMs'>;
};

/** No client carries it, so 404 proves that the signature was accepted, and 200 does no harm. */
const PROBE_UID = 'BT-C000000';
/** api-readings.md, 8. */
const CLOCK_WINDOW_MS = 900_000;
const TEST_LIMIT_MS = 30_000;

/**
 * Tries a connection step by step: is it reachable, is it Bitpro, is it the right environment, is the
 * signature accepted. Reads only; gives the client that was tried.
 * @throws AppError of the first step that fails; `field` names the input to look at
 */
export async function testConnection(
  connect: Connect,
  target: ConnectionTarget,
): Promise<ReturnType<Connect>['client']> {
  const { client, clock } = connect(target);
  const signal = AbortSignal.timeout(TEST_LIMIT_MS);
  const ping = await client.ping(signal).catch((error: unknown) => {
    throw explainPing(error, target);
  });
  checkEnvironment(ping.environment, target.environment);
  await client.getClient(PROBE_UID, signal).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') return;
    throw explainSigned(error, clock.offsetMs());
  });
  return client;
}

const pathFaults = new Set<ErrorCode>([
  'not_bitpro',
  'bad_response',
  'not_found',
  'remote_rejected',
  'unauthorized',
]);

function explainPing(error: unknown, { options }: ConnectionTarget): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code === 'unauthorized' && options.signPublic) return refusedKey(error);
  if (!pathFaults.has(error.code)) return onField(error, 'baseUrl');
  return new AppError(
    'not_bitpro',
    'Something answers at this address, but it is not the Bitpro API. Check the Base URL; it usually ends in /api/v1.',
    { field: 'baseUrl', cause: error },
  );
}

function checkEnvironment(answered: string, wanted: ConnectionForm['environment']): void {
  if (answered === expectedEnvironment(wanted)) return;
  throw new AppError(
    'wrong_environment',
    `This server says it is "${answered.slice(0, 40)}", but the profile is for ${wanted}. Choose the other environment or correct the Base URL.`,
    { field: 'environment' },
  );
}

function explainSigned(error: unknown, offsetMs: number): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code === 'clock_skew') return error;
  if (error.code !== 'unauthorized') return onField(error, 'baseUrl');
  return Math.abs(offsetMs) > CLOCK_WINDOW_MS ? clockTooFarOff(offsetMs, error) : refusedKey(error);
}

function refusedKey(cause: AppError): AppError {
  return new AppError(
    'unauthorized',
    'The server refused the API key or the secret key. Check both: they belong together, and to this environment.',
    { field: 'secretKey', cause },
  );
}

function clockTooFarOff(offsetMs: number, cause: AppError): AppError {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const direction = offsetMs > 0 ? 'behind' : 'ahead of';
  return new AppError(
    'clock_skew',
    `This computer's clock is ${minutes} minutes ${direction} the server's, and requests more than 15 minutes off are refused. Set the clock and try again.`,
    { cause },
  );
}

function onField(error: AppError, field: string): AppError {
  const { code, message, retryable } = error;
  return new AppError(code, message, { retryable, field, cause: error });
}
