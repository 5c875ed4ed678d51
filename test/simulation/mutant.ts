/** A seeded bug: edits of the sources, each at a place that occurs once. */
export type Mutant = {
  name: string;
  /** `file` below src/main. */
  edits: readonly { file: string; from: string; to: string }[];
};

export const one = (name: string, file: string, from: string, to: string): Mutant => ({
  name,
  edits: [{ file, from, to }],
});
