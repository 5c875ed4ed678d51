import type { Environment, Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { lettersKey, lookAlikeKey } from '#shared/look-alike-names.ts';
import { builtInProfiles } from './built-in-profiles.ts';

/** Controls, line ends, marks of direction, what shows nothing, halves of a pair, and what has no meaning yet. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

export function areAlike(one: string, other: string): boolean {
  return lookAlikeKey(one) === lookAlikeKey(other);
}

/**
 * A name as typed, in the one form it is kept in (NFC, single spaces); empty when nothing was typed.
 * @throws AppError invalid_input with the field `name`, for what cannot be told from another name by looking at it
 */
export function readProfileName(
  typed: string,
  others: readonly string[],
  environment: Environment,
): string {
  const name = typed.trim().normalize('NFC').replaceAll(/ +/g, ' ');
  if (hidden.test(name)) {
    throw problem('The name has characters that cannot be seen. Type it anew.');
  }
  if (name !== '' && !/[\p{L}\p{N}]/u.test(name)) {
    throw problem('The name needs a letter or a digit.');
  }
  if (name.normalize('NFKC') !== name || mixesScripts(name)) {
    throw problem(
      'The name mixes letters that look alike but are others. Type it with one keyboard.',
    );
  }
  const taken = others.find((other) => areAlike(other, name));
  if (taken !== undefined) {
    throw problem(
      taken === name
        ? `There is already a profile named ${name}.`
        : `There is already a profile named ${taken}, which looks the same.`,
    );
  }
  const builtIn = builtInProfiles.find((each) => lettersKey(each.name) === lettersKey(name));
  if (name === '') return name;
  if (builtIn) {
    throw problem(`${builtIn.name} comes with the app. Choose a name that nobody takes for it.`);
  }
  const claimed = claims.find(
    ([word, of]) => of !== environment && lettersKey(name).includes(lettersKey(word)),
  );
  if (claimed === undefined) return name;
  throw problem(
    `The name says “${claimed[0]}”, and this profile is ${environment}. Choose another name.`,
  );
}

/** Words that say which money a profile moves, and the environment they are true of. */
const claims: readonly (readonly [string, Environment])[] = [
  ['production', 'production'],
  ['mainnet', 'production'],
  ['sandbox', 'sandbox'],
  ['testnet', 'sandbox'],
  ['practice', 'practice'],
];

/** The name, with a number behind it where it is taken. */
export function freeName(name: string, profiles: readonly Pick<Profile, 'name'>[]): string {
  let derived = name;
  for (let count = 2; profiles.some((other) => areAlike(other.name, derived)); count += 1) {
    derived = `${name} (${count})`;
  }
  return derived;
}

/** As a file has it, which anybody may have edited: one that could not be typed gives way to the host. */
export function readKeptName(profile: Profile, others: readonly Pick<Profile, 'name'>[]): string {
  const { name, environment, baseUrl, id } = profile;
  const taken = others.map((other) => other.name);
  try {
    return readProfileName(name, taken, environment) || freeName(id, others);
  } catch {
    return freeName(URL.parse(baseUrl)?.host.slice(0, 50) || id, others);
  }
}

const scripts = [
  /\p{sc=Latin}/u,
  /\p{sc=Cyrillic}/u,
  /\p{sc=Greek}/u,
  /\p{sc=Armenian}/u,
  /\p{sc=Cherokee}/u,
];

/** Within one word; a name may have words of two languages. */
function mixesScripts(name: string): boolean {
  const words = name.split(/[^\p{L}\p{M}]+/u);
  return words.some((word) => scripts.filter((script) => script.test(word)).length > 1);
}

function problem(message: string): AppError {
  return new AppError('invalid_input', message, { field: 'name' });
}
