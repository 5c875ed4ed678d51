import type { Network } from './addresses.ts';

export interface Merchant {
  apiKey: string;
  secret: string;
}

/** Everything that can be set, as plain data. Numbers in "api-readings" point to its table. */
export interface SandboxSettings {
  /** Each merchant sees its own clients only. */
  merchants: readonly Merchant[];
  /** 0 picks a free port. */
  port: number;
  /** What is there at first: no clients, or twelve with months of history. */
  scenario: 'empty' | 'demo';
  /** Where state is kept; a file that exists wins over the scenario. Absent: memory only. */
  stateFile: string | undefined;
  seed: number;
  /** Serves /sandbox/…: deposits on demand, passing of time, the ledger. */
  control: boolean;
  /** What ping calls itself. */
  environment: string;
  network: Network;

  /** api-readings 4: may a GET without a body leave Content-MD5 out or blank? */
  getMd5: 'optional' | 'required';
  /** api-readings 5: sign path and query, or the path alone with the MD5 of the query. */
  pageSigning: 'query' | 'path-only';
  /** api-readings 7: must ping and rates be signed too? */
  signPublic: boolean;
  /** api-readings 8: seconds that Date may be off, both ways. */
  clockWindowSeconds: number;
  /** api-readings 11: `errors` as one text or as a list. */
  errorShape: 'text' | 'list';
  /** api-readings 12: status of a created client. */
  createdStatus: 200 | 201;
  /** api-readings 13: pending, accepted, processed over time, or processed at once. */
  withdrawalProgress: 'timed' | 'at-once';
  /** api-readings 14. */
  minimumWithdrawalSats: number;
  /** api-readings 16: do withdrawals carry a negative amount? */
  amountSign: 'positive' | 'signed';
  /** api-readings 21: when a withdrawal leaves `balance`. It can never be spent twice. */
  withdrawalDeducts: 'at-once' | 'when-processed';
  /** api-readings 22: where the counter stops and the deposit joins `balance`. */
  confirmationsNeeded: number;

  /** The price wanders around this. Default 1225.10 USD as in the reference; 64,000 in demo. */
  basePriceCents: number;
  /** How long a price holds. */
  quoteMs: number;
  /** Time from one confirmation to the next. */
  blockMs: number;
  /** A withdrawal is accepted, then processed, this long after its creation. */
  acceptAfterMs: number;
  processAfterMs: number;
  /** Do deposits arrive by themselves? Default: in demo only. */
  deposits: 'auto' | 'none';
  depositEveryMs: number;
}

export type SandboxOptions = Partial<SandboxSettings> & Pick<SandboxSettings, 'merchants'>;

const defaults: Omit<SandboxSettings, 'merchants' | 'basePriceCents' | 'deposits'> = {
  port: 0,
  scenario: 'empty',
  stateFile: undefined,
  seed: 1,
  control: false,
  environment: 'sandbox',
  network: 'testnet',
  getMd5: 'optional',
  pageSigning: 'query',
  signPublic: false,
  clockWindowSeconds: 900,
  errorShape: 'text',
  createdStatus: 201,
  withdrawalProgress: 'timed',
  minimumWithdrawalSats: 5_000_000,
  amountSign: 'positive',
  withdrawalDeducts: 'at-once',
  confirmationsNeeded: 6,
  quoteMs: 60_000,
  blockMs: 60_000,
  acceptAfterMs: 60_000,
  processAfterMs: 180_000,
  depositEveryMs: 600_000,
};

/** @throws Error with a text fit for people when the merchants cannot work. */
export function resolveOptions(options: SandboxOptions): SandboxSettings {
  const demo = options.scenario === 'demo';
  const settings: SandboxSettings = {
    ...defaults,
    basePriceCents: demo ? 6_400_000 : 122_510,
    deposits: demo ? 'auto' : 'none',
    ...options,
  };
  checkMerchants(settings.merchants);
  return settings;
}

function checkMerchants(merchants: readonly Merchant[]): void {
  if (merchants.length === 0) throw new Error('at least one API key with its secret is needed');
  for (const { apiKey, secret } of merchants) {
    // The header is "Bitpro api_key:signature"; these characters would make it ambiguous.
    if (!/^[^\s:]+$/.test(apiKey)) throw new Error('an API key is text without spaces and colons');
    if (secret === '') throw new Error(`the secret of ${apiKey} is empty`);
  }
  if (new Set(merchants.map(({ apiKey }) => apiKey)).size !== merchants.length) {
    throw new Error('an API key is given twice');
  }
}
