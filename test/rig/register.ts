import { registerHooks } from 'node:module';

const electron = new URL('./electron/index.ts', import.meta.url).href;

/** `--import`ed before the built app: its imports of 'electron' get the rig's. */
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'electron'
      ? { url: electron, shortCircuit: true }
      : nextResolve(specifier, context),
});
