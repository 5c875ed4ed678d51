import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { productionFolders, thirdPartyNotices } from './scripts/third-party-notices.mjs';

const here = import.meta.dirname;

/** The main process and the programs it starts; each name is the file's name in out/main. */
const mainEntries = {
  index: resolve(here, 'src/main/index.ts'),
  'keychain-process': resolve(here, 'src/main/secrets/keychain-process.ts'),
  'trust-worker': resolve(here, 'src/main/bitpro/trust-worker.ts'),
  'query-worker': resolve(here, 'src/main/storage/cache/query-worker.ts'),
  'upkeep-worker': resolve(here, 'src/main/storage/cache/upkeep-worker.ts'),
  'records-check-worker': resolve(here, 'src/main/audit/records-check-worker.ts'),
  'report-worker': resolve(here, 'src/main/reports/report-worker.ts'),
  'verify-worker': resolve(here, 'src/main/reports/verify-worker.ts'),
  'sandbox-process': resolve(here, 'src/sandbox/utility.ts'),
};

/** The dev server needs inline scripts (React refresh) and a socket; the shipped page has app-protocol's policy. */
const devPolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws:; object-src 'none'";

export default defineConfig({
  main: {
    plugins: [thirdPartyNotices(productionFolders())],
    build: {
      rolldownOptions: {
        input: mainEntries,
        output: {
          // An ES module that imports node:fs has Node load all that it lists, streams and promises too: 4 ms.
          format: 'cjs',
          // Less to read at each start; names stay, for the stacks in the log.
          minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
          // Chunks lie beside the entries, so that import.meta.dirname is out/main in all of them.
          entryFileNames: '[name].cjs',
          chunkFileNames: '[name]-[hash].cjs',
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is CommonJS and can require nothing but 'electron'.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve(here, 'src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(here, 'src/renderer'),
    plugins: [react(), thirdPartyNotices()],
    server: { headers: { 'Content-Security-Policy': devPolicy } },
    build: {
      minify: true,
      cssMinify: true,
      // The content security policy allows neither data: scripts nor inline ones.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: resolve(here, 'src/renderer/index.html'),
        // All that the first screen needs in one file: else every set of pages that share a module makes one more.
        output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } },
      },
    },
  },
});
