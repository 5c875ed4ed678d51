import { app } from 'electron';

const SCHEME = 'bitcoin';

let waiting: string[] = [];
let listener: ((uri: string) => void) | undefined;

/** The `bitcoin:` URI among a command line's arguments, which Chromium may reorder and add to. */
export function findDeepLink(argv: readonly string[]): string | undefined {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${SCHEME}:`));
}

/**
 * Must run before `ready`: macOS may send `open-url` that early. What arrives before `onDeepLink` is kept.
 * Elsewhere a link comes as an argument of this process or of the second instance.
 */
export function collectDeepLinks(): void {
  app.on('open-url', (event, url) => {
    event.preventDefault();
    accept(findDeepLink([url]));
  });
  app.on('second-instance', (_event, argv) => accept(findDeepLink(argv)));
  accept(findDeepLink(process.argv));
}

/** Hands over every link, those from before this call included. A link only ever fills a draft. */
export function onDeepLink(handle: (uri: string) => void): void {
  listener = handle;
  const early = waiting;
  waiting = [];
  early.forEach(handle);
}

/** Asks the system to open `bitcoin:` links with this app; to be called only when the operator agreed. */
export function claimDeepLinks(): boolean {
  return app.setAsDefaultProtocolClient(SCHEME);
}

function accept(uri: string | undefined): void {
  if (uri === undefined) return;
  if (listener === undefined) waiting.push(uri);
  else listener(uri);
}
