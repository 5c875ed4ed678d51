import { AppError, fail, ok, type Result } from '#shared/errors.ts';
import { requests, type RequestName } from '#shared/ipc/contract.ts';
import { closedMeanwhile, fileError } from '../storage/storage-error.ts';
import type { Handlers } from './handler-types.ts';

/** Where the reason of an unexpected failure goes; it is never sent to the renderer. */
export type ReportFailure = (name: string, error: unknown) => void;

/**
 * Answers one request of the renderer: known name, input parsed strictly, handler called, whatever is thrown
 * turned into an ErrorDto. Never rejects.
 */
export async function answer(
  handlers: Handlers,
  report: ReportFailure,
  name: unknown,
  input: unknown,
): Promise<Result<unknown>> {
  if (!isRequestName(name)) {
    report('unknown request', name);
    return fail({ code: 'forbidden', message: 'This request is not known.', retryable: false });
  }
  const parsed = requests[name].input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path[0];
    report(name, parsed.error);
    return fail({
      code: 'invalid_input',
      message: describeIssue(issue),
      retryable: false,
      ...(typeof field === 'string' ? { field } : {}),
    });
  }
  try {
    // The one seam: `name` and the parsed input belong together, which TypeScript cannot follow here.
    const handler = handlers[name] as (input: unknown) => unknown;
    return ok(await handler(parsed.data));
  } catch (error) {
    report(name, error);
    const known = error instanceof AppError ? error : (closedMeanwhile(error) ?? fileError(error));
    if (known !== null) return fail(known.toDto());
    return fail({
      code: 'internal',
      message:
        'Something unexpected went wrong in the app. See what the screen shows now before you repeat anything.',
      retryable: false,
    });
  }
}

type Issue = { code?: string; message: string; origin?: string; maximum?: number | bigint };

/** The rule of texts has its own words; for the rest the screens let nothing through that does not fit. */
function describeIssue(issue: Issue | undefined): string {
  if (issue?.code === 'custom') return issue.message;
  if (issue?.code === 'too_big' && issue.origin === 'string') {
    return `This is too long: at most ${issue.maximum} characters.`;
  }
  if (issue?.code === 'too_big' && issue.origin === 'array') {
    return `These are too many: at most ${issue.maximum} at once.`;
  }
  return 'Some of what was entered cannot be read. Check it and try again.';
}

function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requests, name);
}
