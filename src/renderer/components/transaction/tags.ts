const MAX_TAG_CHARS = 40;

/** Tags as typed: separated by commas, each once, in the order typed. */
export function readTags(text: string): { tags: string[]; problem: string | null } {
  const parts = text.split(',').map((part) => part.trim().replace(/\s+/g, ' '));
  const tags = [...new Set(parts.filter((part) => part !== ''))];
  const long = tags.find((tag) => tag.length > MAX_TAG_CHARS);
  const problem =
    long === undefined ? null : `A tag has at most ${MAX_TAG_CHARS} characters: shorten “${long}”.`;
  return { tags, problem };
}
