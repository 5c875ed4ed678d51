import type { FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import { verifyRequest } from './auth.ts';
import type { SandboxSettings } from './options.ts';
import type { Params } from './rules.ts';
import type { StateStore } from './state-store.ts';

export interface Gate {
  /**
   * The API key that signed the request.
   * @throws ApiError 401 when it is not signed as the reference demands, or is a POST seen before.
   */
  authenticate(request: FastifyRequest): string;
}

export function createGate(
  settings: SandboxSettings,
  store: StateStore,
  now: () => number,
  onRefusal: (request: FastifyRequest, refusal: string) => void,
): Gate {
  const { usedSignatures } = store.state;

  function isReplay(key: string, dateMs: number): boolean {
    const nowMs = now();
    for (const [used, endsAtMs] of usedSignatures) {
      if (endsAtMs < nowMs) usedSignatures.delete(used);
    }
    if (usedSignatures.has(key)) return true;
    usedSignatures.set(key, dateMs + settings.clockWindowSeconds * 1000);
    store.markChanged();
    return false;
  }

  function refuse(request: FastifyRequest, refusal: string): ApiError {
    onRefusal(request, refusal);
    return new ApiError(401, ['Unauthorized']);
  }

  return {
    authenticate(request) {
      const { authorization, date } = request.headers;
      const contentMd5 = headerText(request, 'content-md5');
      const { method, url = '' } = request.raw;
      const verdict = verifyRequest(
        { method: method ?? '', url, body: bodyOf(request), authorization, contentMd5, date },
        now(),
        settings,
      );
      if (!verdict.accepted) throw refuse(request, verdict.refusal);
      const { apiKey, signature, dateMs } = verdict;
      if (method === 'POST' && isReplay(`${apiKey}:${signature}`, dateMs)) {
        throw refuse(request, 'this signature has been used');
      }
      return apiKey;
    },
  };
}

/** Query and body are read alike, the body winning, whatever the method: as Rails does. */
export function paramsOf(request: FastifyRequest): Params {
  const url = request.raw.url ?? '';
  const queryStart = url.indexOf('?');
  const query = new URLSearchParams(queryStart === -1 ? '' : url.slice(queryStart));
  const body = new URLSearchParams(bodyOf(request).toString('utf8'));
  return new Map([...query, ...body]);
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function headerText(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
