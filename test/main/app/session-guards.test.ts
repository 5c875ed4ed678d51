import { describe, expect, it } from 'vitest';
import { mayLoad } from '../../../src/main/app/session-guards.ts';

const devServer = 'http://localhost:5173';

describe('what the page may load', () => {
  it.each([
    ['app://bundle/index.html', undefined, true],
    ['app://bundle/assets/a.js', undefined, true],
    ['app://other/index.html', undefined, false],
    ['app://bundle.example/index.html', undefined, false],
    ['https://bitit.pro/api/v1', undefined, false],
    ['http://localhost:5173/', undefined, false],
    ['file:///etc/passwd', undefined, false],
    ['data:text/html,x', undefined, false],
    ['devtools://devtools/bundled/a.js', undefined, false],
    ['not a url', undefined, false],
    ['http://localhost:5173/src/main.tsx', devServer, true],
    ['ws://localhost:5173/', devServer, true],
    ['http://localhost:5174/', devServer, false],
    ['https://example.com/', devServer, false],
  ])('%s with dev server %s: %s', (url, server, may) => {
    expect(mayLoad(url, server)).toBe(may);
  });
});
