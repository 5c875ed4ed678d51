import type { FastifyInstance, FastifyRequest } from 'fastify';

/** One request as answered, for logs and for tests that count. Control requests are not in it. */
export interface RequestRecord {
  method: string;
  path: string;
  atMs: number;
  status?: number;
  /** Why a signed request was refused with 401; the client is told "Unauthorized" only. */
  refusal?: string;
}

export interface RequestLog {
  /** The latest requests, oldest first. */
  requests: () => RequestRecord[];
  noteRefusal: (request: FastifyRequest, refusal: string) => void;
}

const keptRequests = 10_000;

/** Keeps a record of each API request; `onAnswered` is told of it once it has its status. */
export function logRequests(
  app: FastifyInstance,
  now: () => number,
  onAnswered: (record: RequestRecord) => void,
): RequestLog {
  const records: RequestRecord[] = [];
  const recordOf = new WeakMap<FastifyRequest, RequestRecord>();

  app.addHook('onRequest', (request, _reply, done) => {
    const { method = '', url: path = '' } = request.raw;
    if (!path.startsWith('/sandbox/')) {
      const record: RequestRecord = { method, path, atMs: now() };
      recordOf.set(request, record);
      records.push(record);
      if (records.length > keptRequests) records.shift();
    }
    done();
  });

  app.addHook('onResponse', (request, reply, done) => {
    const record = recordOf.get(request);
    if (record !== undefined) {
      record.status = reply.statusCode;
      onAnswered(record);
    }
    done();
  });

  return {
    requests: () => records.map((record) => ({ ...record })),
    noteRefusal: (request, refusal) => {
      const record = recordOf.get(request);
      if (record !== undefined) record.refusal = refusal;
    },
  };
}
