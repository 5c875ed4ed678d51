import { AppError } from '#shared/errors.ts';

/**
 * A Base URL as an operator typed it, in the one form it is kept and compared in: https (http on this machine only),
 * no credentials, query or fragment. Other spellings of the same place become the same text: letter case, the port
 * that goes without saying, the dot at the end of a host, doubled slashes, encoded characters that need no encoding.
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
  const host = url.hostname.replace(/\.+$/, '');
  if (/^(www\.)?sandbox\.pro$/.test(host)) {
    throw problem(
      'sandbox.pro is a slip in the reference and not the service. Use https://sandbox.bitit.pro/api/v1.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(host)) {
    throw problem('The Base URL must begin with https://. Plain http works only on this computer.');
  }
  const port = url.port === '' ? '' : `:${url.port}`;
  return `${url.protocol}//${host}${port}${plainPath(url)}`;
}

/** RFC 3986, 6.2.2: what is encoded without need means the same decoded, steps up and down included. */
function plainPath({ pathname }: URL): string {
  const decoded = pathname.replaceAll(/%[0-9a-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : code.toUpperCase();
  });
  const path = decoded.replaceAll(/\/{2,}/g, '/');
  return new URL(path, 'https://host').pathname.replace(/\/+$/, '');
}

/** `URL` has already written every IPv4 form as four decimal parts and IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function problem(message: string): AppError {
  return new AppError('invalid_input', message, { field: 'baseUrl' });
}
