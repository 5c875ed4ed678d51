import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHmacSha1 } from '../../../src/main/secrets/hmac-sha1.ts';

const texts = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });

it('is what node:crypto makes, whatever the key and the messages', () => {
  // Keys around the block of 64 bytes, messages around the room that is kept.
  const keys = fc.oneof(
    texts(80),
    fc.constantFrom('', 'k'.repeat(63), 'k'.repeat(64), 'k'.repeat(65)),
  );
  const messages = fc.array(fc.oneof(texts(200), texts(3000)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(keys, messages, (key, all) => {
      const hmac = createHmacSha1(key);
      for (const message of all) {
        expect(hmac.base64(message)).toBe(createHmac('sha1', key).update(message).digest('base64'));
      }
    }),
  );
});
