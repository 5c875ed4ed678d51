/** What was typed or pasted into a search. `tail`: it is an id cut in the middle, and this is its end. */
export type SearchText = { text: string; tail: string | null };

/**
 * What a search looks for: composed (NFC), and the id itself where it came in another dress: the link of an explorer, an
 * output as `txid:0`, or the app's own short form `899cf361…16c810ad`.
 */
export function readSearchText(typed: string): SearchText {
  const text = typed.trim().normalize('NFC');
  const id = idOfLink(text) ?? /^([0-9a-f]{64})[:#]\d{1,5}$/i.exec(text)?.[1] ?? text;
  const [, head, tail] = /^(\S{4,})(?:…|\.{3})(\S{4,})$/u.exec(id) ?? [];
  return head !== undefined && tail !== undefined ? { text: head, tail } : { text: id, tail: null };
}

/** A hash anywhere in the link, or else the last part of its path. */
function idOfLink(text: string): string | null {
  const [, path] = /^https?:\/\/[^/\s]+\/([^?#\s]*)/i.exec(text) ?? [];
  if (path === undefined) return null;
  const hash = /[0-9a-f]{64}/i.exec(text)?.[0];
  const [last] = path
    .split(/[/:]/)
    .filter((part) => part.length > 4)
    .slice(-1);
  return hash ?? last ?? null;
}

/** Does a text hold what is looked for, letter case aside? */
export function holds(text: string, { text: head, tail }: SearchText): boolean {
  const lower = text.normalize('NFC').toLowerCase();
  const start = lower.indexOf(head.toLowerCase());
  if (start === -1) return false;
  return tail === null || lower.indexOf(tail.toLowerCase(), start + head.length) !== -1;
}
