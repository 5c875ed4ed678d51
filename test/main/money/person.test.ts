import { expect, test } from 'vitest';
import { isSamePerson, personKey } from '../../../src/main/money/person.ts';

test.each([
  ['Alice', 'ALICE'],
  ['Alice', '  alice '],
  ['Ann Lee', 'Ann \u00a0  Lee'],
  ['Ann Lee', 'Ann\u200b Lee\u00ad'],
  ['Ａｌｉｃｅ', 'alice'],
  ['Zoe\u0308', 'ZOË'],
  ['Strauß', 'STRAUSS'],
  ['ﬁona', 'Fiona'],
])('%j and %j are one name', (one, other) => {
  expect(personKey(one)).toBe(personKey(other));
  expect(isSamePerson(one, other)).toBe(true);
  expect(personKey(personKey(one))).toBe(personKey(one));
});

test.each([
  ['Alice', 'Аlice'],
  ['Kope', 'Коре'],
  ['Olga', '0lga'],
  ['Ann Lee', 'AnnLee'],
  ['Ann Lee', 'Ann-Lee.'],
])('%j and %j, which look alike, are one person', (one, other) => {
  expect(isSamePerson(one, other)).toBe(true);
});

test.each([
  ['Alice', 'Alicia'],
  ['Мария', 'Дарья'],
])('%j and %j are two', (one, other) => {
  expect(isSamePerson(one, other)).toBe(false);
});

test('a name of nothing visible is nobody', () => {
  expect(personKey('\u200b \u2060')).toBe('');
});
