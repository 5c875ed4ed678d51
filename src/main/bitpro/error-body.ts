/** What the body of an answer that is no success says (bitpro-api.md, Error Handling; api-readings.md, 11). */
export type ErrorBody =
  | { kind: 'errors'; errors: RemoteError[] }
  | { kind: 'empty' }
  | { kind: 'html' }
  | { kind: 'other' };

/** `field` is the form's input at fault, where the error names one. */
export type RemoteError = {
  /** The service's words: plain text, one line, cut to a readable length. */
  text: string;
  /** The app's own words, when the reference lists the error. */
  known: string | null;
  notFound: boolean;
  field: string | null;
};

type KnownError = { pattern: RegExp; message: string; field: string | null };

/** Every error the reference names, in the app's own copy. */
const knownErrors: readonly KnownError[] = [
  {
    pattern: /^not found$/i,
    message: 'Bitpro knows no such client or transaction for this merchant. Check the id.',
    field: null,
  },
  {
    pattern: /^traded fiat must be greater than 0$/i,
    message: 'Bitpro asks for an amount in USD greater than 0.',
    field: 'amountUsd',
  },
  {
    pattern: /^amount is greater than your available balance$/i,
    message: "The amount is more than the client's confirmed balance.",
    field: 'amountBtc',
  },
  {
    pattern: /^address can['\u2019]t be blank$/i,
    message: 'Bitpro asks for a destination address.',
    field: 'address',
  },
  {
    pattern: /^address is not a valid bitcoin address$/i,
    message: 'Bitpro does not take this as a valid bitcoin address.',
    field: 'address',
  },
  {
    pattern: /^amount should not be smaller than (\d+(?:\.\d+)?) BTC$/i,
    message: 'Bitpro sends no less than $1 BTC.',
    field: 'amountBtc',
  },
];

const fieldNames: ReadonlyMap<string, string> = new Map([
  ['traded_fiat', 'amountUsd'],
  ['amount', 'amountBtc'],
  ['address', 'address'],
]);

/** What a 401 is about: the key, the signature, Content-MD5 or the date (bitpro-api.md, Authentication). */
const authenticationWords =
  /\b(api[ _-]?key|access[ _-]?key|secret[ _-]?key|signature|content[ _-]?md5|md5|date|clock|timestamp|authorization header)\b/i;
/** What is wrong with it. */
const defectWords =
  /\b(not|no|in?valid|wrong|bad|missing|blank|incorrect|malformed|unknown|unrecogni[sz]ed|mismatch\w*|differ\w*|revoked|disabled|inactive|suspended|off|skew\w*|expired|stale|old|future|outside|out of|doesn['\u2019]t|can['\u2019]t)\b/i;
/** As soon as the request may be meant to have come before, nothing says that it was not executed then. */
const repetitionWords =
  /\b(already|again|re-?us\w*|used|re-?play\w*|repeat\w*|replicat\w*|duplicat\w*|twice|once|second|seen|same|processed|executed|consumed|accepted|complet\w*|previous\w*|before|earlier|nonce|unique|fresh|exist\w*)\b/i;

/** Does the service say that it did not believe the request, so that nothing was done? Every other 401 proves nothing. */
export function isAboutAuthentication({ text }: Pick<RemoteError, 'text'>): boolean {
  return authenticationWords.test(text) && defectWords.test(text) && !repetitionWords.test(text);
}

/** Reads a text, a list, an object of field → list, nothing at all, and a web page. Never throws. */
export function readErrorBody(body: Buffer, contentType: string | undefined): ErrorBody {
  const text = body.toString('utf8').trim();
  if (text === '') return { kind: 'empty' };
  if (text.startsWith('<') || /\bhtml\b/i.test(contentType ?? '')) return { kind: 'html' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'other' };
  }
  if (typeof json !== 'object' || json === null || !('errors' in json)) return { kind: 'other' };
  const errors = collect(json.errors).filter((error) => error.text !== '');
  return errors.length === 0 ? { kind: 'empty' } : { kind: 'errors', errors };
}

/** Does it hold an `errors` that says something? `[]` and null beside a model say nothing. */
export function namesErrors(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('errors' in json)) return false;
  return collect(json.errors).some(({ text }) => text !== '');
}

function collect(errors: unknown): RemoteError[] {
  const list: unknown[] = Array.isArray(errors) ? errors : [errors];
  return list.flatMap((item) => {
    if (typeof item === 'string') return [remoteError(item, null)];
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return [];
    return Object.entries(item).flatMap(([name, value]) =>
      texts(value).map((text) => remoteError(text, name)),
    );
  });
}

function texts(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

/** Rails names a field's error without the field: `amount: ["can't be blank"]` reads "Amount can't be blank". */
function remoteError(raw: string, name: string | null): RemoteError {
  const bare = toPlainText(raw);
  const label = name === null ? '' : toPlainText(name).replaceAll('_', ' ');
  const prefixed = `${label.charAt(0).toUpperCase()}${label.slice(1)} ${bare}`;
  const found = findKnown(bare) ?? (name === null ? null : findKnown(prefixed));
  const text = name === null || name === 'base' || findKnown(bare) ? bare : prefixed;
  return {
    text,
    known: found?.message ?? null,
    notFound: found !== null && found.known === knownErrors[0],
    field: found?.known.field ?? fieldNames.get(name ?? '') ?? null,
  };
}

function findKnown(text: string): { known: KnownError; message: string } | null {
  const plain = text.replace(/\.$/, '');
  for (const known of knownErrors) {
    if (known.pattern.test(plain)) {
      return { known, message: plain.replace(known.pattern, known.message) };
    }
  }
  return null;
}

const MAX_QUOTED_CHARACTERS = 200;

/** Control, formatting and direction characters go, white space becomes one blank, and the length is capped. */
export function toPlainText(text: string): string {
  const plain = text
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .trim();
  const characters = Array.from(plain);
  if (characters.length <= MAX_QUOTED_CHARACTERS) return plain;
  return `${characters.slice(0, MAX_QUOTED_CHARACTERS - 1).join('')}\u2026`;
}

/** For the operator: the app's copy of what is known, the rest in quotes. */
export function describeErrors(errors: readonly RemoteError[]): string {
  const [first] = errors;
  if (errors.length === 1 && first?.known) return first.known;
  const known = errors.flatMap((error) => error.known ?? []);
  const quoted = errors.filter((error) => !error.known).map((error) => `\u201c${error.text}\u201d`);
  const said = quoted.length === 0 ? [] : [`Bitpro answered: ${quoted.slice(0, 5).join(', ')}`];
  return [...known, ...said].join(' ');
}
