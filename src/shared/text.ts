/**
 * THE rule for what people write: names, labels, notes, tags, reasons. It is kept composed (NFC) and trimmed, so that
 * what looks equal is equal, and everything in it can be seen: a character that shows nothing, turns text around or
 * is none at all is refused by its name.
 */
export type TextRule = {
  /** Subject of the refusal: `The label`. */
  what: string;
  /** In characters (code points), as SQLite counts them. */
  max: number;
  /** It may not be empty. */
  required?: boolean;
  /** Line breaks and tabs may stand in it. */
  lines?: boolean;
  /** A name that stands for somebody or something: no invisible character at all, and one alphabet a word. */
  name?: boolean;
};

export type TextReading = { ok: true; value: string } | { ok: false; problem: string };

export function readText(text: string, rule: TextRule): TextReading {
  const { what, max, required = false, lines = false, name = false } = rule;
  const value = text.normalize('NFC').replaceAll(/\r\n?/g, '\n').trim();
  const refuse = (problem: string): TextReading => ({ ok: false, problem });
  const refused = firstOf(value, lines ? UNREADABLE_IN_LINES : UNREADABLE);
  if (refused !== null) return refuse(describeUnreadable(what, refused));
  if (value !== '' && isInvisible(value)) {
    return refuse(`${what} shows nothing: it holds only ${describeCharacter(value)}.`);
  }
  if (name) {
    const hidden = firstOf(value, IGNORABLE);
    if (hidden !== null) return refuse(describeUnreadable(what, hidden));
    const mixed = mixedWord(value);
    if (mixed !== null) {
      return refuse(
        `${what} mixes alphabets in “${mixed.word}”: ${describeCharacter(mixed.letter)} only looks like another letter. Type it anew.`,
      );
    }
  }
  if (value === '' && required) return refuse(`${what} is empty.`);
  if (lengthOf(value) > max)
    return refuse(`${what} is over ${max.toLocaleString('en-US')} characters.`);
  return { ok: true, value };
}

/** Characters as people and SQLite count them, not units of UTF-16. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Text of another's making, with everything in it that cannot be seen or turns text around written out. */
export function visibleText(text: string): string {
  return text.replaceAll(
    new RegExp(`${UNREADABLE.source}|${IGNORABLE.source}`, 'gu'),
    (character) => `‹${codeOf(character)}›`,
  );
}

/** The first character of a text that cannot be seen, by its name; null when all can. */
export function invisibleCharacter(text: string): string | null {
  const found = firstOf(text, new RegExp(`${UNREADABLE.source}|${IGNORABLE.source}`, 'u'));
  return found === null ? null : describeCharacter(found);
}

/** `zero width space (U+200B)`. */
export function describeCharacter(text: string): string {
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  const name = characterNames[character];
  if (name !== undefined) return `${name} (${codeOf(character)})`;
  if (/\p{Cs}/u.test(character)) return `half a character (${codeOf(character)})`;
  if (/\p{Noncharacter_Code_Point}/u.test(character))
    return `no character at all (${codeOf(character)})`;
  if (/\p{Cc}/u.test(character)) return `a control character (${codeOf(character)})`;
  return IGNORABLE.test(character)
    ? `an invisible character (${codeOf(character)})`
    : `“${character}” (${codeOf(character)})`;
}

// Control characters, halves of characters, what turns text around (UAX 9, overrides, embeddings and isolates), line and
// paragraph separators, annotations, non-characters, the stand-in for one, and spaces or fillers without any width or ink.
const CONTROLS_BUT_LINES = String.raw`[\u0000-\u0008\u000B-\u001F\u007F-\u009F]`;
const NEVER = String.raw`\p{Cs}|\p{Noncharacter_Code_Point}|[\u202A-\u202E\u2066-\u2069\u2028\u2029\uFFF9-\uFFFB\uFFFD]|[\u00AD\u115F\u1160\u17B4\u17B5\u180E\u200B\u2060-\u2065\u206A-\u206F\u2800\u3164\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]`;
const UNREADABLE = new RegExp(String.raw`\p{Cc}|${NEVER}`, 'u');
const UNREADABLE_IN_LINES = new RegExp(`${CONTROLS_BUT_LINES}|${NEVER}`, 'u');
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

function firstOf(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[0] ?? null;
}

/** Spaces of any kind, joiners and marks without a letter. */
function isInvisible(text: string): boolean {
  return /^[\s\p{Z}\p{Default_Ignorable_Code_Point}\p{Cf}]*$/u.test(text);
}

function describeUnreadable(what: string, character: string): string {
  const name = describeCharacter(character);
  if (/[\u202A-\u202E\u2066-\u2069]/.test(character)) {
    return `${what} holds a character that turns text around: ${name}. Remove it.`;
  }
  if (character === '\uFFFD') return `${what} holds ${name}. Type it anew.`;
  if (/\p{Cs}|\p{Noncharacter_Code_Point}/u.test(character)) {
    return `${what} holds ${name}. Type it anew.`;
  }
  return `${what} holds a character that cannot be seen: ${name}. Remove it.`;
}

function mixedWord(text: string): { word: string; letter: string } | null {
  for (const word of text.split(/[^\p{L}\p{M}\p{N}]+/u)) {
    if (!/\p{Script=Latin}/u.test(word)) continue;
    const letter = firstOf(
      word,
      /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u,
    );
    if (letter !== null) return { word, letter };
  }
  return null;
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

const characterNames: Record<string, string> = {
  '\0': 'NUL',
  '\t': 'tab',
  '\n': 'line break',
  '\r': 'line break',
  '\u007F': 'delete',
  '\u0085': 'line break',
  '\u00A0': 'no-break space',
  '\u00AD': 'soft hyphen',
  '\u061C': 'Arabic letter mark',
  '\u200B': 'zero width space',
  '\u200C': 'zero width non-joiner',
  '\u200D': 'zero width joiner',
  '\u200E': 'left-to-right mark',
  '\u200F': 'right-to-left mark',
  '\u2028': 'line separator',
  '\u2029': 'paragraph separator',
  '\u202A': 'left-to-right embedding',
  '\u202B': 'right-to-left embedding',
  '\u202C': 'end of embedding',
  '\u202D': 'left-to-right override',
  '\u202E': 'right-to-left override',
  '\u2060': 'word joiner',
  '\u2066': 'left-to-right isolate',
  '\u2067': 'right-to-left isolate',
  '\u2068': 'first strong isolate',
  '\u2069': 'end of isolate',
  '\u2800': 'blank Braille pattern',
  '\u3164': 'Hangul filler',
  '\uFEFF': 'zero width no-break space',
  '\uFFFD': 'the stand-in for a character that could not be read',
};
