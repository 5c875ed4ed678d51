import { describe, expect, it } from 'vitest';
import { readProfileName } from '../../../src/main/profiles/profile-name.ts';

const others = ['Practice', 'Sandbox', 'Production', 'Main desk', '127.0.0.1:4100'];

describe('a profile name', () => {
  it.each([
    ['  Treasury  ', 'Treasury'],
    ['Cafe\u0301', 'Caf\u00e9'],
    ['Main  desk 2', 'Main desk 2'],
    ['Касса', 'Касса'],
    ['Касса BTC', 'Касса BTC'],
    ['127.0.0.1:4101', '127.0.0.1:4101'],
    ['127.0.0.1:4100 (2)', '127.0.0.1:4100 (2)'],
    ['Production west', 'Production west'],
    ['出金', '出金'],
    ['', ''],
  ])('takes %j', (typed, kept) => {
    expect(readProfileName(typed, others, 'production')).toBe(kept);
  });

  it.each([
    ['its own letters in another case', 'production'],
    ['a Cyrillic o', 'Prоduction'],
    ['Cyrillic letters wherever they serve', 'Ргоdustіоn'],
    ['a Greek o', 'Sandbοx'],
    ['fullwidth letters', 'Ｐｒｏｄｕｃｔｉｏｎ'],
    ['mathematical letters', '𝐏𝐫𝐨𝐝𝐮𝐜𝐭𝐢𝐨𝐧'],
    ['small capitals', 'ᴘʀᴏᴅᴜᴄᴛɪᴏɴ'],
    ['a zero-width space', 'Produc\u200btion'],
    ['a soft hyphen', 'Produc\u00adtion'],
    ['a right-to-left override', '\u202enoitcudorP'],
    ['a word joiner at its end', 'Production\u2060'],
    ['a dot below', 'Prọduction'],
    ['a dotless i', 'Productıon'],
    ['a digit', 'Pr0ducti0n'],
    ['a capital I or a one', 'Sandbox'.replace('S', '5')],
    ['a space', 'Pro duction'],
    ['a full stop', 'Production.'],
    ['a no-break space at its end', 'Production\u00a0'],
    ['the name of another profile', 'Main desk'],
    ['one that looks like it', 'Маіn dеѕk'],
    ['and with another space', 'Main\u2003desk'],
    ['a NUL', 'Des\u0000k'],
    ['a line end', 'Desk\nSandbox'],
    ['half a character', 'Desk \ud800'],
    ['nothing to see', '\u200b'],
    ['points alone', '...'],
  ])('refuses what passes for another by %s', (_how, typed) => {
    expect(() => readProfileName(typed, others, 'production')).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'name' }),
    );
  });
});

describe('a profile name that claims another environment', () => {
  it.each([
    ['Production west', 'sandbox'],
    ['My Ρrоductiοn', 'sandbox'],
    ['pro-duction 2', 'sandbox'],
    ['Mainnet', 'sandbox'],
    ['Sandbox west', 'production'],
    ['Testnet', 'production'],
    ['Practice desk', 'production'],
  ] as const)('%j is refused in %s', (typed, environment) => {
    expect(() => readProfileName(typed, [], environment)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'name' }),
    );
  });
});
