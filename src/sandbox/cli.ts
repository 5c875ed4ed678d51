import { parseCommandLine, usage, UsageError, type CliRequest } from './cli-options.ts';
import { startSandbox } from './server.ts';
import type { RequestRecord } from './request-log.ts';

/** `npm run sandbox -- …`: exit 2 for a command line that cannot be, 1 for a failed start. */

function readCommandLine(): CliRequest | undefined {
  try {
    return parseCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nTry --help.`);
    process.exitCode = 2;
    return undefined;
  }
}

function logRequest({ method, path, status, refusal }: RequestRecord): void {
  console.error(`${method} ${path} ${status}${refusal === undefined ? '' : ` (${refusal})`}`);
}

async function run(request: CliRequest): Promise<void> {
  if (request.kind === 'help') {
    process.stdout.write(usage());
    return;
  }
  const hooks = request.log ? { onAnswered: logRequest } : {};
  const sandbox = await startSandbox({ ...request.options, ...hooks });
  console.log(`listening ${sandbox.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close());
  }
}

const request = readCommandLine();
if (request !== undefined) {
  await run(request).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
