import { hash } from 'node:crypto';

export type Signer = {
  /** Base64 HMAC-SHA1 of a canonical string, with a secret only the signer knows (bitpro-api.md, Authentication). */
  sign(canonicalString: string): string;
  /** Before any request, also one that is not signed. @throws AppError where nothing may be asked of this server */
  permit?(): void;
};

export type Method = 'GET' | 'POST';

/**
 * Parameters as form encoding, once: the same bytes are hashed, signed and sent (api-readings.md, 6).
 * Values are text; a number would print itself as `1e-7`.
 */
export function encodeForm(params: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(new URLSearchParams(params).toString(), 'ascii');
}

/** Base64 MD5 of the bytes sent, or of no bytes at all for an empty body. */
export function contentMd5(body: Uint8Array): string {
  return hash('md5', body, 'base64');
}

/** Of no bytes at all: what every GET carries (api-readings.md, 4). */
export const EMPTY_MD5 = contentMd5(new Uint8Array());

/** `method,content_md5,uri,timestamp`; the uri is path and query exactly as sent, without the host. */
export function canonicalString(parts: {
  method: Method;
  contentMd5: string;
  uri: string;
  date: string;
}): string {
  return `${parts.method},${parts.contentMd5},${parts.uri},${parts.date}`;
}

/** `Mon, 10 Apr 2017 04:43:12 GMT`: the Date header's one form, with a resolution of one second. */
export function httpDate(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== written.second) written = { second, text: new Date(second * 1000).toUTCString() };
  return written.text;
}

let written = { second: NaN, text: '' };
