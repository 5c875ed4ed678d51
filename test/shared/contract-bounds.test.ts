import { expect, it } from 'vitest';
import { requests } from '#shared/ipc/contract.ts';
import { parts, unbounded, type Schema } from '../helpers/schema-walk.ts';

const channels = Object.entries(requests).map(([name, { input }]): [string, Schema] => [
  name,
  input,
]);

it.each(channels)('%s: every string, array and number has a bound', (_name, input) => {
  const missing = [...parts(input)].flatMap(({ schema, path }) => {
    const what = unbounded(schema);
    return what === null ? [] : [`${path}: ${what}`];
  });
  expect(missing).toEqual([]);
});

it.each(channels)('%s: takes no NUL and no half character in any text', (_name, input) => {
  const taking = [...parts(input)]
    .filter(({ type }) => type === 'string' || type === 'pipe')
    // The string inside a rule of text is only its raw form.
    .filter(
      ({ path, type }, _index, all) =>
        type === 'pipe' || !all.some((other) => other.type === 'pipe' && other.path === path),
    )
    .filter(({ schema }) =>
      ['\0', 'a\0', 'Abc1\0efghij', '2026-01-\0\0', '\uD83D', 'a\uDE00b'].some(
        (text) => '~standard' in schema && takes(schema, text),
      ),
    );
  expect(taking.map(({ path }) => path)).toEqual([]);
});

function takes(schema: Schema, text: string): boolean {
  const result = schema['~standard'].validate(text);
  return 'value' in result;
}

it('finds what has no bound', async () => {
  const z = await import('zod/mini');
  expect(unbounded(z.string())).not.toBeNull();
  expect(unbounded(z.array(z.string().check(z.maxLength(1))))).not.toBeNull();
  expect(unbounded(z.number())).not.toBeNull();
  expect(unbounded(z.unknown())).not.toBeNull();
  expect(unbounded(z.string().check(z.maxLength(1)))).toBeNull();
});
