import { join } from 'node:path';
import { startHost } from './host.ts';

/** Starts the built app in a window of the installed Chromium: `npm start` and `npm run dev` without Electron. */
const host = await startHost({
  entry: join(import.meta.dirname, '../../out/main/index.cjs'),
  args: process.argv.slice(2),
  env: process.env,
  isHeadless: false,
  onOutput: (text) => process.stdout.write(text),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => host.kill('SIGTERM'));
}
const { code } = await host.exited;
process.exitCode = code ?? 1;
