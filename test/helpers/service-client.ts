import { defaultApiOptions } from '#shared/domain/profile.ts';
import { createBitproClient, type BitproClient } from '../../src/main/bitpro/client.ts';
import { createServerClock, machineClocks } from '../../src/main/bitpro/clock.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';

/**
 * The app's own client, for what a test needs beside the app. Equal requests of one second share a signature,
 * which the service takes once: `now` tells them apart.
 */
export function clientFor(
  baseUrl: string,
  { apiKey, secret }: { apiKey: string; secret: string },
  now = Date.now,
): BitproClient {
  return createBitproClient({
    baseUrl,
    apiKey,
    signer: createSigner(secret),
    clock: createServerClock(machineClocks(now)),
    options: defaultApiOptions,
  });
}
