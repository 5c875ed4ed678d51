import { describe, expect, it, test } from 'vitest';
import { defaultApiOptions, type ProfileView } from '#shared/domain/profile.ts';
import type { ErrorDto } from '#shared/errors.ts';
import {
  baseUrlFor,
  draftOf,
  placeOfError,
} from '../../../../src/renderer/features/profiles/connection-draft.ts';

function builtIn(environment: 'sandbox' | 'production', baseUrl: string): ProfileView {
  return {
    id: environment,
    name: environment,
    environment,
    builtIn: true,
    baseUrl,
    apiKey: '',
    explorerUrl: '',
    locked: false,
    enrolled: false,
    options: defaultApiOptions,
    active: false,
    network: environment === 'production' ? 'mainnet' : 'testnet',
    secret: 'empty',
  };
}

const sandbox = builtIn('sandbox', 'https://sandbox.bitit.pro/api/v1');
const production = builtIn('production', 'https://bitit.pro/api/v1');
const profiles = [sandbox, production];

describe('the Base URL of a new profile', () => {
  const fresh = draftOf(null, profiles);

  it('begins with the sandbox and follows the environment', () => {
    expect(fresh.baseUrl).toBe(sandbox.baseUrl);
    expect(baseUrlFor('production', fresh, profiles)).toBe(production.baseUrl);
  });

  it('stays once another one was typed', () => {
    const typed = { ...fresh, baseUrl: 'http://127.0.0.1:9000/api/v1' };
    expect(baseUrlFor('production', typed, profiles)).toBe(typed.baseUrl);
  });
});

it('never brings a stored secret into the form', () => {
  const stored = { ...sandbox, apiKey: 'M1', enrolled: true, secret: 'ready' as const };
  expect(draftOf(stored, profiles)).toMatchObject({ id: 'sandbox', apiKey: 'M1', secretKey: '' });
});

describe('an error is shown', () => {
  const error: ErrorDto = { code: 'invalid_input', message: 'Enter it.', retryable: false };
  test.each([
    ['beside its field', { ...error, field: 'apiKey' }, 'apiKey'],
    ['above the form without a field', error, null],
    ['above the form for a field that has no line', { ...error, field: 'environment' }, null],
    [
      'above the form when the keychain is at fault, whatever the field',
      { ...error, code: 'keychain_locked' as const, field: 'secretKey' },
      null,
    ],
  ])('%s', (_where, shown, place) => {
    expect(placeOfError(shown)).toBe(place);
  });
});
