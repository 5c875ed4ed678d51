import { describe, expect, it } from 'vitest';
import { requests } from '#shared/ipc/contract.ts';
import { copyVerified } from '../../../src/main/app/clipboard.ts';

const ADDRESS = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';

/** A clipboard whose readings are given one after the other; the last one stays. */
function clipboardThat(...readings: (string | Error)[]) {
  const written: string[] = [];
  let reads = 0;
  return {
    written,
    reads: () => reads,
    writeText: async (text: string) => void written.push(text),
    readText: async () => {
      const reading = readings[Math.min(reads, readings.length - 1)] ?? '';
      reads += 1;
      if (reading instanceof Error) throw reading;
      return reading;
    },
  };
}

describe('a copy that is checked', () => {
  it('is done at the first reading that holds what was copied', async () => {
    const clipboard = clipboardThat(ADDRESS);
    await copyVerified(clipboard, ADDRESS);
    expect(clipboard.written).toEqual([ADDRESS]);
    expect(clipboard.reads()).toBe(1);
  });

  it.each([
    ['could not be read once', new Error('busy')],
    ['was still empty', ''],
    ['still held the former text', 'before'],
  ])('is done although the clipboard %s', async (_what, first) => {
    const clipboard = clipboardThat(first, first, ADDRESS);
    await copyVerified(clipboard, ADDRESS);
    expect(clipboard.reads()).toBe(3);
  });

  it('warns of malware when three readings hold something else', async () => {
    const clipboard = clipboardThat('mswapped');
    await expect(copyVerified(clipboard, ADDRESS)).rejects.toThrow('clipboard malware');
    expect(clipboard.reads()).toBe(3);
  });

  it('does not speak of malware when the clipboard cannot be read', async () => {
    const failed = copyVerified(clipboardThat(new Error('no owner')), ADDRESS);
    await expect(failed).rejects.toThrow('cannot be read back');
    await expect(failed).rejects.not.toThrow('malware');
  });

  it('says so when the clipboard cannot be written', async () => {
    const clipboard = { ...clipboardThat(''), writeText: () => Promise.reject(new Error('held')) };
    await expect(copyVerified(clipboard, ADDRESS)).rejects.toThrow('cannot be written');
  });
});

describe('what the page may have copied', () => {
  const { input } = requests['clipboard.copy'];
  it.each([
    ['a uid', 'BT-C798980', true],
    ['a hash', 'f'.repeat(64), true],
    ['500 characters', 'x'.repeat(500), true],
    ['501 characters', 'x'.repeat(501), false],
    ['nothing', '', false],
    ['two lines', 'a\nb', false],
    ['a line separator', 'a\u2028b', false],
    ['NUL', 'a\0', false],
    ['what turns text around', 'a\u202Eb', false],
    ['half a character', '\uD800', false],
  ])('%s: %s', (_what, text, may) => {
    expect(input.safeParse({ text }).success).toBe(may);
  });
});
