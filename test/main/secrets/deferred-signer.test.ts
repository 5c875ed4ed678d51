import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { createDeferredSigner } from '../../../src/main/secrets/deferred-signer.ts';
import { createSigner } from '../../../src/main/secrets/signer.ts';

describe('a signer that waits for the keychain', () => {
  it('signs nothing before the keychain has answered, and like the secret afterwards', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof createSigner>>();
    const deferred = createDeferredSigner(promise);
    expect(() => deferred.sign('GET,x,/,now')).toThrow(/keychain has not answered/);
    resolve(createSigner('key'));
    expect(await deferred.ready).toBeNull();
    expect(deferred.sign('GET,x,/,now')).toBe(createSigner('key').sign('GET,x,/,now'));
  });

  it('says why it cannot sign when the keychain gives nothing', async () => {
    const locked = new AppError('keychain_locked', 'Unlock the keychain.');
    const deferred = createDeferredSigner(Promise.reject(locked));
    expect(await deferred.ready).toBe(locked);
    expect(() => deferred.sign('x')).toThrow(locked);
  });

  it('forgets the secret, also one that arrives later', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof createSigner>>();
    const deferred = createDeferredSigner(promise);
    deferred.forget();
    const late = createSigner('key');
    resolve(late);
    await deferred.ready;
    expect(() => deferred.sign('x')).toThrow();
    expect(() => late.sign('x')).toThrow();
  });
});
