/** Small letters of other alphabets, and digits, beside the Latin letter that they are taken for (UTS 39, confusables). */
const twins: Record<string, string> = {
  a: 'аαɑ',
  b: 'вьβ',
  c: 'с',
  d: 'ԁđ',
  e: 'еҽε',
  g: 'ɡ',
  h: 'һн',
  i: 'іїιı',
  j: 'ј',
  k: 'кκ',
  l: 'ӏł1|',
  m: 'мμ',
  n: 'пηνո',
  o: 'оοσօø0',
  p: 'рρ',
  q: 'ԛ',
  r: 'г',
  s: 'ѕſ',
  t: 'тτ',
  u: 'цυս',
  v: 'ѵ',
  w: 'ѡԝω',
  x: 'хχ',
  y: 'уүγ',
  z: 'ζ',
};

const latinOf = new Map(
  Object.entries(twins).flatMap(([latin, others]) =>
    Array.from(others, (other): [string, string] => [other, latin]),
  ),
);

/**
 * Names that people take for each other have one key: letter case, accents, spaces, compatible forms (NFKC), invisible
 * characters and the letters of other alphabets that look Latin make no difference.
 */
export function lookAlikeKey(name: string): string {
  const plain = name
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    // Up, then down: "ß" and "SS" meet only on this way.
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '');
  return Array.from(plain, (letter) => latinOf.get(letter) ?? letter)
    .join('')
    .replaceAll(/[\s\p{P}]+/gu, ' ')
    .trim();
}
