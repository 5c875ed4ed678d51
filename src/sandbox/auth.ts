import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SandboxSettings } from './options.ts';

/** A request as it came over the wire; see bitpro-api.md, Authentication. */
export interface WireRequest {
  method: string;
  /** Path and query exactly as sent. */
  url: string;
  /** The body's bytes, before any decoding. */
  body: Buffer;
  authorization: string | undefined;
  contentMd5: string | undefined;
  date: string | undefined;
}

export type Verdict =
  | { accepted: true; apiKey: string; signature: string; dateMs: number }
  | { accepted: false; refusal: string };

export type AuthConfig = Pick<
  SandboxSettings,
  'merchants' | 'getMd5' | 'pageSigning' | 'clockWindowSeconds'
>;

export function verifyRequest(request: WireRequest, nowMs: number, config: AuthConfig): Verdict {
  const credentials = /^Bitpro ([^\s:]+):(\S+)$/.exec(request.authorization ?? '');
  if (credentials === null) return refuse('Authorization is not "Bitpro api_key:signature"');
  const [, apiKey = '', signature = ''] = credentials;
  const merchant = config.merchants.find((known) => known.apiKey === apiKey);
  if (merchant === undefined) return refuse('unknown API key');

  const date = request.date ?? '';
  const dateMs = readDate(date);
  if (dateMs === undefined) return refuse('Date is not like "Mon, 10 Apr 2017 04:43:12 GMT"');
  if (Math.abs(nowMs - dateMs) > config.clockWindowSeconds * 1000) {
    return refuse(`Date is off by more than ${config.clockWindowSeconds} s`);
  }

  const signable = signableMd5s(request, config);
  if (signable.length === 0) return refuse('Content-MD5 is not that of the parameters');
  const [path = ''] = request.url.split('?', 1);
  const uri = config.pageSigning === 'path-only' ? path : request.url;
  const matches = signable.some((contentMd5) =>
    sameText(sign(merchant.secret, [request.method, contentMd5, uri, date]), signature),
  );
  return matches
    ? { accepted: true, apiKey, signature, dateMs }
    : refuse('the signature does not match');
}

function refuse(refusal: string): Verdict {
  return { accepted: false, refusal };
}

/** The HMAC key is the secret's text, not its base64 content (api-readings.md 3). */
function sign(secret: string, fields: readonly string[]): string {
  return createHmac('sha1', secret).update(fields.join(',')).digest('base64');
}

/** Strict: the one form the reference gives, with the right weekday. */
function readDate(text: string): number | undefined {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toUTCString() === text ? ms : undefined;
}

/**
 * The Content-MD5 texts that may stand in the canonical string; none when the header is wrong.
 * A GET without parameters may leave the header out (api-readings.md 4): then the string holds
 * either nothing in its place or the MD5 that was computed but not sent.
 */
function signableMd5s(request: WireRequest, config: AuthConfig): string[] {
  const hashed = hashedBytes(request, config);
  const expected = createHash('md5').update(hashed).digest('base64');
  const given = request.contentMd5?.trim() ?? '';
  if (given !== '') return sameText(given, expected) ? [expected] : [];
  const mayBeAbsent =
    request.method === 'GET' && config.getMd5 === 'optional' && hashed.length === 0;
  return mayBeAbsent ? ['', expected] : [];
}

function hashedBytes(request: WireRequest, config: AuthConfig): Buffer {
  if (config.pageSigning === 'query' || request.body.length > 0) return request.body;
  const queryStart = request.url.indexOf('?');
  return Buffer.from(queryStart === -1 ? '' : request.url.slice(queryStart + 1));
}

function sameText(left: string, right: string): boolean {
  const leftBytes = Buffer.from(left);
  const rightBytes = Buffer.from(right);
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}
