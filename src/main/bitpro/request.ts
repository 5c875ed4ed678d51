import type { ApiOptions } from '#shared/domain/profile.ts';
import type { HttpRequest } from './http.ts';
import {
  canonicalString,
  contentMd5,
  EMPTY_MD5,
  httpDate,
  type Method,
  type Signer,
} from './sign.ts';

/** Who asks, and of whom. */
export type Identity = { baseUrl: string; apiKey: string; signer: Signer; options: ApiOptions };

export type RequestPlan = {
  method: Method;
  /** Below the Base URL, beginning with a slash. */
  endpoint: string;
  /** Query of a GET, or empty. */
  query: string;
  /** The bytes a POST sends; empty for a GET. */
  body: Buffer;
  /** ping and rates: signed only where the profile says so (api-readings.md, 7). */
  isPublic: boolean;
};

export type SignedRequest = HttpRequest & {
  body: Buffer;
  /** Empty when the request is not signed. */
  canonicalString: string;
};

/**
 * The request with its headers. The signed uri is the path of the Base URL, the endpoint and the query, exactly
 * as sent (bitpro-api.md, Authentication; api-readings.md, 5).
 * @param nowMs the server's time
 * @throws AppError what the signer refuses with
 */
export function buildRequest(plan: RequestPlan, identity: Identity, nowMs: number): SignedRequest {
  identity.signer.permit?.();
  const { origin, basePath } = partsOf(identity.baseUrl);
  const path = `${basePath}${plan.endpoint}`;
  const uri = plan.query === '' ? path : `${path}?${plan.query}`;
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'BitproDesk',
  };
  if (plan.method === 'POST') {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    headers['content-length'] = String(plan.body.length);
  }
  const { options, apiKey, signer } = identity;
  if (plan.isPublic && !options.signPublic) {
    return { origin, uri, headers, body: plan.body, canonicalString: '' };
  }
  const date = httpDate(nowMs);
  const md5 = md5Of(plan, options);
  const signedUri = options.pageSigning === 'path-only' ? path : uri;
  const canonical = canonicalString({ method: plan.method, contentMd5: md5, uri: signedUri, date });
  headers['date'] = date;
  if (md5 !== '') headers['content-md5'] = md5;
  headers['authorization'] = `Bitpro ${apiKey}:${signer.sign(canonical)}`;
  return { origin, uri, headers, body: plan.body, canonicalString: canonical };
}

type BaseParts = { origin: URL; basePath: string };

/** Of the Base URLs in use: a handful in the life of a process. */
const knownBases = new Map<string, BaseParts>();

function partsOf(baseUrl: string): BaseParts {
  const known = knownBases.get(baseUrl);
  if (known) return known;
  const origin = new URL(baseUrl);
  const parts = { origin, basePath: origin.pathname.replace(/\/$/, '') };
  knownBases.set(baseUrl, parts);
  return parts;
}

function md5Of(plan: RequestPlan, options: ApiOptions): string {
  if (plan.method === 'POST') return contentMd5(plan.body);
  if (options.pageSigning === 'path-only' && plan.query !== '') {
    return contentMd5(Buffer.from(plan.query, 'ascii'));
  }
  return options.getContentMd5 === 'blank' ? '' : EMPTY_MD5;
}
