import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { parseBaseUrl } from '../../../src/main/bitpro/base-url.ts';

describe('parseBaseUrl', () => {
  it.each([
    ['https://sandbox.bitit.pro/api/v1', 'https://sandbox.bitit.pro/api/v1'],
    ['  HTTPS://Sandbox.Bitit.Pro:443/api/v1// ', 'https://sandbox.bitit.pro/api/v1'],
    ['https://bitit.pro./api/v1', 'https://bitit.pro/api/v1'],
    ['https://BITIT.pro:443//api///v1', 'https://bitit.pro/api/v1'],
    ['https://bitit.pro/api/%761', 'https://bitit.pro/api/v1'],
    ['https://bitit.pro/%61pi/x/%2E%2e/v1/', 'https://bitit.pro/api/v1'],
    ['https://bitit.pro//x/..//api/./v1', 'https://bitit.pro/api/v1'],
    ['https://bitit.pro/a%2fb/%c3%a4', 'https://bitit.pro/a%2Fb/%C3%A4'],
    ['http://localhost.:80/api/v1', 'http://localhost/api/v1'],
    ['https://bitpro.example', 'https://bitpro.example'],
    ['https://192.168.1.2:8443/x', 'https://192.168.1.2:8443/x'],
    ['http://127.0.0.1:4100/api/v1/', 'http://127.0.0.1:4100/api/v1'],
    ['http://127.8.9.1/api', 'http://127.8.9.1/api'],
    ['http://[::1]:4100/api/v1', 'http://[::1]:4100/api/v1'],
    ['http://localhost:4100', 'http://localhost:4100'],
  ])('takes %s', (typed, kept) => {
    expect(parseBaseUrl(typed)).toBe(kept);
  });

  it.each([
    ['', /Enter the Base URL/],
    ['sandbox.bitit.pro/api/v1', /must begin with https/],
    ['ftp://bitit.pro', /must begin with https/],
    ['https://', /not a web address/],
    ['https://a b/', /not a web address/],
    ['http://bitit.pro/api/v1', /only on this computer/],
    ['http://localhost.evil.example', /only on this computer/],
    ['http://127.0.0.1.evil.example', /only on this computer/],
    ['https://me:secret@bitit.pro', /user name and password/],
    ['https://bitit.pro/api?x=1', /Leave out/],
    ['https://bitit.pro/api?', /Leave out/],
    ['https://bitit.pro/api#top', /Leave out/],
    ['https://sandbox.pro./api/v1', /sandbox\.bitit\.pro/],
    ['http://bitit.pro./api/v1', /only on this computer/],
    ['https://sandbox.pro/api/v1', /sandbox\.bitit\.pro/],
  ])('refuses %s', (typed, words) => {
    let error: unknown;
    try {
      parseBaseUrl(typed);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'invalid_input',
      field: 'baseUrl',
      message: expect.stringMatching(words),
    });
    expect(error).not.toMatchObject({ message: expect.stringContaining('me:secret') });
  });
});
