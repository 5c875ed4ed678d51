import * as z from 'zod/mini';
import { readText, type TextRule } from './text.ts';

/** The rule as a schema; what crosses is the text as it is kept. */
export function textSchema(rule: TextRule) {
  return z.pipe(
    // Composing makes a text at most 3 times shorter (UAX 15), and a character takes two units at most.
    z.string().check(z.maxLength(rule.max * 6)),
    z.transform((text: string, context) => {
      const reading = readText(text, rule);
      if (reading.ok) return reading.value;
      context.issues.push({ code: 'custom', message: reading.problem, input: text });
      return z.NEVER;
    }),
  );
}

/** Text that is looked up or compared and never kept as somebody's words: bounded, whole characters, no NUL. */
export function plainText(max: number, min = 0) {
  return z.string().check(
    z.minLength(min),
    z.maxLength(max),
    z.refine((text) => text.isWellFormed() && !text.includes('\0'), {
      message: 'A character of this text cannot be read. Type it anew.',
    }),
  );
}
