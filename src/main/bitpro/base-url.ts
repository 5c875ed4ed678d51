import { AppError } from '#shared/errors.ts';

/**
 * A Base URL as an operator typed it, in the one form it is kept in: https (http on this machine only), no
 * credentials, query or fragment, no slash at the end.
 * @throws AppError `invalid_input` with the field `baseUrl`
 */
export function parseBaseUrl(typed: string): string {
  const text = typed.trim();
  if (text === '')
    throw problem('Enter the Base URL, for example https://sandbox.bitit.pro/api/v1.');
  if (!/^https?:\/\//i.test(text)) throw problem('The Base URL must begin with https://.');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url)
    throw problem('This is not a web address. Enter one like https://sandbox.bitit.pro/api/v1.');
  if (url.username !== '' || url.password !== '') {
    throw problem(
      'Leave user name and password out of the Base URL; the API key has its own field.',
    );
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    throw problem('Leave out everything from the ? or # on.');
  }
  if (/^(www\.)?sandbox\.pro$/.test(url.hostname)) {
    throw problem(
      'sandbox.pro is a slip in the reference and not the service. Use https://sandbox.bitit.pro/api/v1.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw problem('The Base URL must begin with https://. Plain http works only on this computer.');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** `URL` has already written every IPv4 form as four decimal parts and IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function problem(message: string): AppError {
  return new AppError('invalid_input', message, { field: 'baseUrl' });
}
