import * as z from 'zod/mini';
import { plainText } from '../text-schema.ts';

/** What the operator sees at all times. Practice is the built-in sandbox server. */
export const environmentSchema = z.enum(['practice', 'sandbox', 'production']);
export type Environment = z.infer<typeof environmentSchema>;

export const networkSchema = z.enum(['mainnet', 'testnet']);
export type Network = z.infer<typeof networkSchema>;

/** Where a secret is, and if it cannot be used, why (running without a keychain is a state, not an accident). */
export const secretStates = [
  'ready',
  'session',
  'empty',
  'locked',
  'no_service',
  'no_library',
  'hung',
] as const;
export type SecretState = (typeof secretStates)[number];

/** Doubtful points of the reference that a profile may read otherwise (api-readings.md, the marked rows). */
export const apiOptionsSchema = z.strictObject({
  /** Row 5: sign path and query as sent, or the path alone with the MD5 of the query. */
  pageSigning: z.enum(['query', 'path-only']),
  /** Row 4: send and sign Content-MD5 of the empty body on GET, or leave it blank. */
  getContentMd5: z.enum(['empty-body', 'blank']),
  /** Row 7: sign ping and rates too. */
  signPublic: z.boolean(),
});
export type ApiOptions = z.infer<typeof apiOptionsSchema>;

export const defaultApiOptions: ApiOptions = {
  pageSigning: 'query',
  getContentMd5: 'empty-body',
  signPublic: false,
};

/** A profile as stored. The secret is not part of it; it lives in the keychain under the id. */
export const profileSchema = z.object({
  id: z.string().check(z.regex(/^[a-z0-9-]{1,40}$/)),
  name: z.string().check(z.minLength(1), z.maxLength(60)),
  environment: environmentSchema,
  /** Shipped with the app: its address and environment cannot be changed. */
  builtIn: z.boolean(),
  /** Without a trailing slash; https, or http on loopback. Empty for Practice, whose port is found at start. */
  baseUrl: z.string(),
  apiKey: z.string(),
  /** A template with {txid}; empty where transactions are not on any chain. */
  explorerUrl: z.string(),
  /** Production starts locked and is unlocked by typing its name. */
  locked: z.boolean(),
  /** A secret was stored in the keychain once: tells "locked" from "not there". */
  enrolled: z.boolean(),
  options: apiOptionsSchema,
});
export type Profile = z.infer<typeof profileSchema>;

export function networkOf(environment: Environment): Network {
  return environment === 'production' ? 'mainnet' : 'testnet';
}

/** What `ping` must answer as its environment before money may move. */
export function expectedEnvironment(environment: Environment): 'sandbox' | 'production' {
  return environment === 'production' ? 'production' : 'sandbox';
}

/** A profile as the renderer sees it. */
export type ProfileView = Profile & {
  active: boolean;
  network: Network;
  secret: SecretState;
};

/** The form behind "Test and save". `secretKey` goes in and never comes out. */
export const connectionFormSchema = z.strictObject({
  /** Absent for a new profile. */
  id: z.optional(plainText(40)),
  name: plainText(60),
  environment: z.enum(['sandbox', 'production']),
  baseUrl: plainText(500),
  apiKey: plainText(500),
  /** Empty keeps the stored secret of an existing profile. */
  secretKey: plainText(2000),
  /** `session` keeps the secret in memory for this run, where no keychain exists. */
  keepIn: z.enum(['keychain', 'session']),
});
export type ConnectionForm = z.infer<typeof connectionFormSchema>;

/** New keys of a profile whose account stays the same. `secretKey` goes in and never comes out. */
export const renewedKeysSchema = z.strictObject({
  id: plainText(40),
  apiKey: plainText(500),
  secretKey: plainText(2000),
  keepIn: z.enum(['keychain', 'session']),
});
export type RenewedKeys = z.infer<typeof renewedKeysSchema>;

/** `found`: what the records hold that the account had before its profile was removed; null where there was none. */
export type SavedProfile = ProfileView & { found: { clients: number; requests: number } | null };
