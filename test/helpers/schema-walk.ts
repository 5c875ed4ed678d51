import fc from 'fast-check';
import type * as z from 'zod/mini';

/** The parts of zod's own description of a schema that the contract is made of. */
type Def = {
  type: string;
  shape?: Record<string, Schema>;
  element?: Schema;
  innerType?: Schema;
  in?: Schema;
  options?: readonly Schema[];
  entries?: Record<string, string>;
  values?: readonly unknown[];
  checks?: readonly {
    _zod: { def: { check: string; maximum?: number; minimum?: number } & object };
  }[];
};
export type Schema = z.core.$ZodType;

/** Where zod keeps what a schema and a check are made of. */
const INTERNALS = '_zod';

const defOf = (schema: Schema): Def => schema[INTERNALS].def;

function checksOf(schema: Schema): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    (defOf(schema).checks ?? []).map((check) => [
      check[INTERNALS].def.check,
      { ...check[INTERNALS].def },
    ]),
  );
}

/** Every part of the schema, with the way to it. */
export function* parts(
  schema: Schema,
  path = '',
): Generator<{ schema: Schema; path: string; type: string }> {
  const def = defOf(schema);
  yield { schema, path, type: def.type };
  for (const [key, part] of Object.entries(def.shape ?? {})) yield* parts(part, `${path}.${key}`);
  if (def.element) yield* parts(def.element, `${path}[]`);
  if (def.innerType) yield* parts(def.innerType, path);
  if (def.in) yield* parts(def.in, path);
  for (const [index, option] of (def.options ?? []).entries())
    yield* parts(option, `${path}|${index}`);
}

/** What a part of this type lacks to be bounded; null when it has a bound. */
export function unbounded(schema: Schema): string | null {
  const { type } = defOf(schema);
  const checks = checksOf(schema);
  switch (type) {
    case 'string':
      return 'max_length' in checks ? null : 'a string without a maximum';
    case 'array':
      return 'max_length' in checks ? null : 'an array without a maximum';
    case 'number':
    case 'int':
      return 'less_than' in checks && 'greater_than' in checks ? null : 'a number without bounds';
    case 'object':
    case 'optional':
    case 'prefault':
    case 'nullable':
    case 'union':
    case 'enum':
    case 'literal':
    case 'boolean':
    case 'pipe':
      return null;
    default:
      return `a part of type ${type}, which may be anything`;
  }
}

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '\uD83D',
    '\u202E<b>',
    '\u200B',
    '../../../etc/passwd',
    "'; DROP TABLE clients; --",
    '__proto__',
    '%',
    '_%"*',
    'x'.repeat(10_000),
    '\u00E4'.repeat(6_000_000),
    'NaN',
    '1e999',
    '-0',
  ),
);

/** Anything that structured cloning carries. */
const anything = fc.oneof(
  hostileText,
  fc.double(),
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    -0,
    Number.NaN,
    Infinity,
    2 ** 53,
    1.5,
    10n,
    new Date(Number.NaN),
    new Map([['id', 1]]),
    new Set([1]),
    new Uint8Array(8),
    new Error('x'),
    [],
    {},
    Array.from({ length: 100_001 }, () => 'x'),
    JSON.parse('{"__proto__":{"ok":true},"constructor":{"prototype":{}}}'),
  ),
  fc.object({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
);

/** Texts that mean something to the handlers: ids, addresses, amounts that exist. */
export type Known = readonly string[];

/** Values of the schema, as far as its bounds and kinds go: most are taken by it. */
export function valuesOf(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const def = defOf(schema);
  const checks = checksOf(schema);
  switch (def.type) {
    case 'string': {
      const maxLength = Math.min(Number(checks['max_length']?.['maximum'] ?? 100), 200);
      const texts = [fc.string({ unit: 'grapheme', maxLength }), fc.string({ maxLength })];
      return fc.oneof(...texts, fc.constantFrom(...known));
    }
    case 'number':
    case 'int':
      return fc.oneof(
        fc.maxSafeInteger(),
        fc.integer({ min: 0, max: 500 }),
        fc.constantFrom(-1, 0, 1, -0, 8_640_000_000_000_000, -8_640_000_000_000_000),
      );
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(def.values ?? []));
    case 'array':
      return fc.array(def.element ? valuesOf(def.element, known) : anything, { maxLength: 5 });
    case 'object': {
      const shape = Object.entries(def.shape ?? {}).map(
        ([key, part]): [string, fc.Arbitrary<unknown>] => [key, valuesOf(part, known)],
      );
      const optional = Object.entries(def.shape ?? {})
        .filter(([, part]) => ['optional', 'prefault'].includes(defOf(part).type))
        .map(([key]) => key);
      const required = Object.keys(def.shape ?? {}).filter((key) => !optional.includes(key));
      return fc.record(Object.fromEntries(shape), { requiredKeys: required });
    }
    case 'optional':
    case 'prefault':
      return def.innerType ? valuesOf(def.innerType, known) : anything;
    case 'nullable':
      return fc.oneof(fc.constant(null), def.innerType ? valuesOf(def.innerType, known) : anything);
    case 'pipe':
      return def.in ? valuesOf(def.in, known) : anything;
    case 'union':
      return fc.oneof(...(def.options ?? []).map((option) => valuesOf(option, known)));
    default:
      throw new Error(`No values for a part of type ${def.type}`);
  }
}

/** Values of the schema, and such with one part replaced, missing or added. */
export function inputsFor(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const fitting = valuesOf(schema, known);
  const spoilt = fc
    .tuple(fitting, fc.nat(), fc.oneof(anything, fc.constant(REMOVE)), fc.boolean())
    .map(([value, at, other, adds]) => (isRecord(value) ? spoil(value, at, other, adds) : other));
  return fc.oneof(
    { weight: 4, arbitrary: fitting },
    { weight: 4, arbitrary: spoilt },
    { weight: 1, arbitrary: anything },
  );
}

const REMOVE = Symbol('remove');

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function spoil(value: Record<string, unknown>, at: number, other: unknown, adds: boolean): unknown {
  const keys = Object.keys(value);
  const key = adds || keys.length === 0 ? 'extra' : (keys[at % keys.length] ?? 'extra');
  const inner = value[key];
  const next = { ...value };
  if (other === REMOVE) delete next[key];
  else next[key] = isRecord(inner) ? spoil(inner, at, other, false) : other;
  return next;
}
