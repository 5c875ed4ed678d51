import { promises, readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { CustomScheme, Protocol } from 'electron';

export const APP_SCHEME = 'app';
export const APP_HOST = 'bundle';
/** What `frame.origin` says. Node's `new URL('app://bundle').origin` is 'null': never compare with that. */
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

export const APP_PRIVILEGES: CustomScheme = {
  scheme: APP_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const COMMON_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
} as const;

type BundledFile = { path: string; contentType: string };

/**
 * Serves app://bundle/ from the built renderer. The files are listed once and a request is answered only from
 * that list, so that no spelling of a path (`..`, `%2f`, `%5c`, NUL) can lead out of the folder.
 */
export function serveBundle(protocol: Pick<Protocol, 'handle'>, rendererDir: string): void {
  let files: ReadonlyMap<string, BundledFile> | null = null;
  const list = () => (files ??= listBundle(rendererDir));
  protocol.handle(APP_SCHEME, (request) => answer(list(), request));
  // Main is idle until the page asks for its files, and the first Response loads all of Node's fetch.
  setImmediate(() => {
    list();
    void new Response(null);
  });
}

/** Keys are URL paths, `/index.html` the page. */
function listBundle(rendererDir: string): ReadonlyMap<string, BundledFile> {
  const files = new Map<string, BundledFile>();
  for (const entry of readdirSync(rendererDir, { withFileTypes: true, recursive: true })) {
    const contentType = CONTENT_TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(rendererDir, path).split(sep).join('/')}`, { path, contentType });
  }
  return files;
}

async function answer(
  files: ReadonlyMap<string, BundledFile>,
  request: Request,
): Promise<Response> {
  const { host, pathname } = new URL(request.url);
  const isHead = request.method === 'HEAD';
  if ((request.method !== 'GET' && !isHead) || host !== APP_HOST) return refuse(405);
  const file = files.get(pathname);
  if (file === undefined) return refuse(404);
  // By way of node:fs, which loads its promises when they are first used.
  const body = await promises.readFile(file.path);
  // A range may be answered by the whole (RFC 9110, 14.2); nothing of the page is large.
  return new Response(isHead ? null : new Uint8Array(body), {
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': file.contentType,
      'Content-Length': String(body.length),
      'Accept-Ranges': 'none',
    },
  });
}

function refuse(status: number): Response {
  return new Response(null, {
    status,
    headers: { ...COMMON_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}
