/** Letters that are drawn like a Latin one, lower case, by the Latin one (Unicode TR 39, of the living scripts). */
const twins: Readonly<Record<string, string>> = {
  ...pairs('асеорхуіјѕԁһкмтнвпгьѵԛԝӏ', 'aceopxyijsdhkmthbnrbvqwl'),
  ...pairs('αορνυικτεχβγηωϲϳ', 'aopvuiktexbynwcj'),
  ...pairs('օոսհցքզ', 'onuhgqq'),
  ...pairs('ıɩɑɡɪʟᴀᴄᴅᴇᴋᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ', 'iiagilacdekmnoprstuvwyz'),
  ...pairs('01|5$', 'ollss'),
};

function pairs(from: string, to: string): Record<string, string> {
  return Object.fromEntries(Array.from(from, (letter, at) => [letter, to[at] ?? '']));
}

/**
 * What a reader sees: names that pass for each other have one key. Letter case, accents, spaces, compatible forms
 * (NFKC), characters that show nothing and letters of other alphabets that look Latin make no difference.
 */
export function lookAlikeKey(name: string): string {
  const plain = name
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    // Up, then down: "ß" and "SS" meet only on this way.
    .toUpperCase()
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return Array.from(plain, (letter) => twins[letter] ?? letter)
    .join('')
    .replaceAll('i', 'l');
}

/** Nor do signs and the spaces between words: "Pro duction" and "Production." pass for it. Of signs alone, as they are. */
export function lettersKey(name: string): string {
  const key = lookAlikeKey(name);
  return key.replaceAll(/[^\p{L}\p{N}]/gu, '') || key;
}
