/** Replaced at build time: false in every shipped build, and its branches dropped. */
interface ImportMeta {
  readonly env: { readonly DEV: boolean };
}
