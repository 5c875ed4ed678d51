import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { lookAlikeKey } from '#shared/look-alike-names.ts';
import { invisibleCharacter, readText, visibleText } from '#shared/text.ts';

const label = { what: 'The label', max: 80 };
const note = { what: 'The note', max: 2000, lines: true };
const name = { what: 'The name', max: 60, required: true, name: true };

const problem = (text: string, rule: Parameters<typeof readText>[1] = label): string => {
  const reading = readText(text, rule);
  return reading.ok ? '' : reading.problem;
};

describe('a text that is kept', () => {
  it.each([
    ['NUL', 'a\0b', 'NUL (U+0000)'],
    ['a bell', 'a\u0007b', 'a control character (U+0007)'],
    ['a C1 control', 'a\u009Bb', 'a control character (U+009B)'],
    ['an override', '\u202Egnp.tsA', 'turns text around: right-to-left override (U+202E)'],
    ['an isolate', 'a\u2066b', 'turns text around: left-to-right isolate (U+2066)'],
    ['half a character', 'a\uD83D', 'half a character (U+D83D)'],
    ['the other half', '\uDE00a', 'half a character (U+DE00)'],
    ['a zero width space', 'As\u200Bter', 'zero width space (U+200B)'],
    ['a byte order mark', 'As\uFEFFter', 'zero width no-break space (U+FEFF)'],
    ['a soft hyphen', 'As\u00ADter', 'soft hyphen (U+00AD)'],
    ['a tag character', 'As\u{E0041}ter', 'U+E0041'],
    ['what could not be read', 'M\uFFFDller', 'could not be read (U+FFFD)'],
    ['no character', 'a\uFFFFb', 'holds no character at all (U+FFFF)'],
    ['another one', '\u{1FFFE}', 'holds no character at all (U+1FFFE)'],
    ['a line separator', 'a\u2028b', 'line separator (U+2028)'],
    [
      'nothing but joiners',
      '\u200D\u200C',
      'shows nothing: it holds only zero width joiner (U+200D)',
    ],
    ['nothing but a mark', '\u200E', 'shows nothing: it holds only left-to-right mark'],
    ['a Hangul filler', '\u3164', 'Hangul filler (U+3164)'],
    ['a line break', 'a\nb', 'line break (U+000A)'],
  ])('refuses %s by its name', (_what, text, says) => {
    expect(problem(text)).toContain(says);
  });

  it.each([
    ['', ''],
    ['  Aster  ', 'Aster'],
    ['Cafe\u0301', 'Caf\u00E9'],
    ['Müller & Söhne – 5 €', 'Müller & Söhne – 5 €'],
    ['שלום', 'שלום'],
    ['می\u200Cخواهم', 'می\u200Cخواهم'],
    ['👩\u200D💻', '👩\u200D💻'],
    ['❤\uFE0F', '❤\uFE0F'],
    ['x'.repeat(80), 'x'.repeat(80)],
    ['😀'.repeat(80), '😀'.repeat(80)],
  ])('takes %j', (text, value) => {
    expect(readText(text, label)).toEqual({ ok: true, value });
  });

  it('counts characters', () => {
    expect(problem('x'.repeat(81))).toContain('over 80 characters');
    expect(problem('😀'.repeat(81))).toContain('over 80 characters');
    expect(problem('', name)).toContain('is empty');
    expect(problem('   ', name)).toContain('is empty');
  });

  it('keeps lines where there may be some, in one way of ending them', () => {
    expect(readText('a\r\nb\rc\td', note)).toEqual({ ok: true, value: 'a\nb\nc\td' });
    expect(problem('a\0', note)).toContain('NUL');
    expect(problem('a\u202E', note)).toContain('right-to-left override');
  });

  it.each([
    ['Cyrillic among Latin', 'Рroduction', 'Р” (U+0420)'],
    ['Greek among Latin', 'Kοpe', 'ο” (U+03BF)'],
    ['a joiner', 'Prac\u200Dtice', 'zero width joiner'],
    ['a mark', 'Practice\u200F', 'right-to-left mark'],
  ])('a name refuses %s', (_what, text, says) => {
    expect(problem(text, name)).toContain(says);
  });

  it.each(['Мария', 'Μαρία', 'Müller', '山田', 'Kim 2', 'Анна (Anna)'])(
    'a name may be %s',
    (text) => {
      expect(problem(text, name)).toBe('');
    },
  );

  test('whatever comes is refused or can be seen, and is the same when read again', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(label, note, name),
        (text, rule) => {
          const reading = readText(text, rule);
          if (!reading.ok) {
            expect(reading.problem).toMatch(/^The (label|note|name) /);
            return;
          }
          const { value } = reading;
          expect(value).not.toMatch(/[\0\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/);
          expect(value.isWellFormed()).toBe(true);
          expect(readText(value, rule)).toEqual(reading);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('names that pass for each other', () => {
  it.each([
    ['Production', 'Рrоduсtiоn'],
    ['Practice', 'ＰＲＡＣＴＩＣＥ'],
    ['Practice', 'Prac\u200Btice'],
    ['Practice', ' practice '],
    ['Kope', 'Коре'],
    ['Pool', 'P00l'],
    ['Sandbox', 'Sándbox'],
    ['Sand box', 'Sand\u00A0\u2003box'],
  ])('%s and %s', (one, other) => {
    expect(lookAlikeKey(one)).toBe(lookAlikeKey(other));
  });

  it.each([
    ['Practice', 'Practise'],
    ['Kim', 'Tim'],
    ['Мария', 'Дарья'],
    ['Desk 2', 'Desk 3'],
  ])('%s and %s do not', (one, other) => {
    expect(lookAlikeKey(one)).not.toBe(lookAlikeKey(other));
  });
});

test('text of another’s making shows what it hides', () => {
  expect(visibleText('\u202E<b>sUr\0')).toBe('‹U+202E›<b>sUr‹U+0000›');
  expect(visibleText('plain')).toBe('plain');
  expect(invisibleCharacter('2N\u200BCJ')).toBe('zero width space (U+200B)');
  expect(invisibleCharacter('2NCJ')).toBeNull();
});
