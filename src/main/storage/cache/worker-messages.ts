import type { ErrorDto } from '#shared/errors.ts';
import type { Input, Question } from './answers.ts';

export type CachePaths = { cachePath: string; recordsPath: string };

/** What the query worker begins with. `upTo`: an Int32; questions up to that number are to be left. */
export type QueryWorkerData = CachePaths & { upTo: SharedArrayBuffer };

/** What goes into the query worker; `close` ends it. */
export type QueryRequest =
  | { [Name in Question]: { name: Name; input: Input<Name>; number: number } }[Question]
  | { name: 'close' };

/** What comes out of it, one for each request but `close`, in their order. */
export type QueryReply =
  | { ok: true; value: unknown }
  | { ok: false; error: ErrorDto }
  /** Something newer was waiting. */
  | { ok: false; interrupted: true };

/** What the upkeep worker begins with; it checks the file so long after its start. */
export type UpkeepData = { cachePath: string; checkAfterMs: number };

/** What comes out of the upkeep worker. Any message that goes in ends it. */
export type UpkeepMessage =
  { type: 'ready' } | { type: 'checked' } | { type: 'failed'; error: ErrorDto };
