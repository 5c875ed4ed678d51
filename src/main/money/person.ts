/**
 * One person is one key, however the name is spelt: letter case, spaces, characters that show nothing and
 * Unicode's compatible forms (NFKC) make no difference. Letters of two scripts that look alike do.
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

export function isSamePerson(one: string, other: string): boolean {
  return personKey(one) === personKey(other);
}
