import type { FastifyReply } from 'fastify';
import type { SandboxSettings } from './options.ts';

/** An answer other than 2xx, in the reference's words where it has any. */
export class ApiError extends Error {
  readonly status: number;
  readonly texts: readonly [string, ...string[]];

  constructor(status: number, texts: readonly [string, ...string[]]) {
    super(texts[0]);
    this.status = status;
    this.texts = texts;
  }
}

export function notFound(): ApiError {
  return new ApiError(404, ['Not found']);
}

/** `{"errors": "first text"}`, or all texts in a list (api-readings.md 11). */
export function sendError(
  reply: FastifyReply,
  error: unknown,
  errorShape: SandboxSettings['errorShape'],
): FastifyReply {
  const { status, texts } = asApiError(error);
  return reply.code(status).send({ errors: errorShape === 'list' ? texts : texts[0] });
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  // Fastify's own refusals (a body too large, say) name their status; the rest are our mistakes.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    if (error.statusCode < 500) return new ApiError(error.statusCode, [error.message]);
  }
  return new ApiError(500, ['Internal server error']);
}
