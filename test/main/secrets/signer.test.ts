import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSigner } from '../../../src/main/secrets/signer.ts';

const { vectors } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../vectors/signing.json'), 'utf8'),
) as {
  vectors: Record<'method' | 'content_md5' | 'uri' | 'date' | 'secret' | 'signature', string>[];
};

describe('createSigner', () => {
  it.each(vectors)('signs with the text of the secret: $uri on $date', (vector) => {
    const { method, content_md5, uri, date, secret, signature } = vector;
    const canonical = [method, content_md5, uri, date].join(',');
    expect(createSigner(secret).sign(canonical)).toBe(signature);
  });

  it('shows nothing of the secret, and signs no more once it forgot', () => {
    const signer = createSigner('very secret');
    const shown = inspect(signer, { depth: 9, showHidden: true }) + JSON.stringify(signer);
    expect(shown).not.toContain('very');
    expect(shown).not.toContain(Buffer.from('very secret').toString('hex'));
    signer.forget();
    expect(() => signer.sign('anything')).toThrow(/put away/);
  });
});
