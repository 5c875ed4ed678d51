import { lettersKey } from '#shared/look-alike-names.ts';

/**
 * One name is one key, however it is spelt: letter case, spaces, characters that show nothing and Unicode's compatible
 * forms (NFKC) make no difference.
 */
export function personKey(name: string): string {
  return (
    name
      .normalize('NFKC')
      .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
      // Up, then down: "ß" and "SS" meet only on this way.
      .toUpperCase()
      .toLowerCase()
      .normalize('NFKC')
      .replaceAll(/\s+/gu, ' ')
      .trim()
  );
}

/** A name that passes for another is that person's: nobody becomes two people by letters that look alike, or a dot. */
export function isSamePerson(one: string, other: string): boolean {
  return lettersKey(one) === lettersKey(other);
}
