/** Vitest's global set-up for the end-to-end tests: they run what is built, so it must be the current source. */
export { ensureBuilt as setup } from '../../scripts/build.mjs';
