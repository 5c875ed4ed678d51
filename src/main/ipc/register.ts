import type { WebContents, WebFrameMain } from 'electron';
import { fail } from '#shared/errors.ts';
import { INVOKE_CHANNEL } from '#shared/ipc/bridge.ts';
import { answer, type ReportFailure } from './answer.ts';
import type { Handlers } from './handler-types.ts';

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
    return answer(handlers, report, name, input);
  });
}

function isTrusted(
  frame: WebFrameMain | null,
  mainFrame: WebFrameMain,
  origins: readonly string[],
): boolean {
  return frame !== null && frame === mainFrame && origins.includes(frame.origin);
}
