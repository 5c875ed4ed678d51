import type { WebContents, WebFrameMain } from 'electron';
import { fail, type Result } from '#shared/errors.ts';
import { INVOKE_CHANNEL } from '#shared/ipc/bridge.ts';
import { answer, type ReportFailure } from './answer.ts';
import { isTraced, trace } from '../storage/trace.ts';
import type { Handlers } from './handler-types.ts';

const MAX_TRACED_CHARACTERS = 60;

type RegisterOptions = {
  contents: WebContents;
  handlers: Handlers;
  /** Origins that may ask: the app's own scheme, and in development the dev server's. */
  origins: readonly string[];
  report: ReportFailure;
};

/** Lets one window ask: its own main frame, from an exact origin. */
export function register({ contents, handlers, origins, report }: RegisterOptions): void {
  contents.ipc.handle(INVOKE_CHANNEL, async (event, name: unknown, input: unknown) => {
    // Read before any await: the frame may be gone later.
    const frame = event.senderFrame;
    if (!isTrusted(frame, contents.mainFrame, origins)) {
      report('untrusted sender', frame?.origin);
      return fail({ code: 'forbidden', message: 'This window may not ask.', retryable: false });
    }
    const sinceMs = performance.now();
    const result = await answer(handlers, report, name, input);
    if (isTraced('ipc')) trace('ipc', sinceMs, describeAnswer(name, result));
    return result;
  });
}

function isTrusted(
  frame: WebFrameMain | null,
  mainFrame: WebFrameMain,
  origins: readonly string[],
): boolean {
  return frame !== null && frame === mainFrame && origins.includes(frame.origin);
}

function describeAnswer(name: unknown, result: Result<unknown>): string {
  const asked = typeof name === 'string' ? name.slice(0, MAX_TRACED_CHARACTERS) : 'unknown';
  return `${asked} ${result.ok ? 'ok' : result.error.code}`;
}
