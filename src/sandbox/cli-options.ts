import { parseArgs } from 'node:util';
import { parseDecimal } from './amounts.ts';
import type { Merchant, SandboxSettings } from './options.ts';

/** What the command line asks for. */
export type CliRequest =
  | { kind: 'help' }
  | { kind: 'start'; options: Partial<SandboxSettings> & { merchants: Merchant[] }; log: boolean };

/** A flag's wrong value or a flag that does not exist; the message is meant for people. */
export class UsageError extends Error {}

interface Flag {
  /** How the value is called in the help; absent for a switch. */
  value?: string;
  help: string;
  apply(settings: Partial<SandboxSettings>, text: string, flag: string): void;
}

const flags: Record<string, Flag> = {
  port: {
    value: 'NUMBER',
    help: 'port on 127.0.0.1; 0 (default) picks a free one',
    apply: (settings, text, flag) => (settings.port = whole(text, flag, 0, 65_535)),
  },
  scenario: {
    value: 'empty|demo',
    help: 'no clients (default), or twelve with months of history',
    apply: (settings, text, flag) => (settings.scenario = one(text, flag, ['empty', 'demo'])),
  },
  state: {
    value: 'FILE',
    help: 'keep the state there; an existing file wins over --scenario',
    apply: (settings, text) => (settings.stateFile = text),
  },
  seed: {
    value: 'NUMBER',
    help: 'the same seed gives the same world (default 1)',
    apply: (settings, text, flag) => (settings.seed = whole(text, flag)),
  },
  control: {
    help: 'serve /sandbox/…: deposits on demand, passing of time, ledger',
    apply: (settings) => (settings.control = true),
  },
  environment: {
    value: 'NAME',
    help: 'what ping answers (default sandbox)',
    apply: (settings, text) => (settings.environment = text),
  },
  network: {
    value: 'testnet|mainnet',
    help: 'of the addresses (default testnet)',
    apply: (settings, text, flag) => (settings.network = one(text, flag, ['testnet', 'mainnet'])),
  },
  'get-md5': {
    value: 'optional|required',
    help: 'may a GET without a body leave Content-MD5 out? (default optional)',
    apply: (settings, text, flag) => (settings.getMd5 = one(text, flag, ['optional', 'required'])),
  },
  'page-signing': {
    value: 'query|path-only',
    help: 'sign path and query (default), or the path with the MD5 of the query',
    apply: (settings, text, flag) =>
      (settings.pageSigning = one(text, flag, ['query', 'path-only'])),
  },
  'sign-public': {
    help: 'ping and rates must be signed too',
    apply: (settings) => (settings.signPublic = true),
  },
  'clock-window': {
    value: 'SECONDS',
    help: 'how far Date may be off, both ways (default 900)',
    apply: (settings, text, flag) => (settings.clockWindowSeconds = whole(text, flag)),
  },
  errors: {
    value: 'text|list',
    help: 'shape of "errors" (default text)',
    apply: (settings, text, flag) => (settings.errorShape = one(text, flag, ['text', 'list'])),
  },
  'created-status': {
    value: '201|200',
    help: 'status of a created client (default 201)',
    apply: (settings, text, flag) =>
      (settings.createdStatus = one(text, flag, ['201', '200']) === '201' ? 201 : 200),
  },
  'withdrawal-progress': {
    value: 'timed|at-once',
    help: 'pending, accepted, processed over time (default), or processed at once',
    apply: (settings, text, flag) =>
      (settings.withdrawalProgress = one(text, flag, ['timed', 'at-once'])),
  },
  'minimum-withdrawal': {
    value: 'BTC',
    help: 'default 0.05',
    apply: (settings, text, flag) => (settings.minimumWithdrawalSats = units(text, flag, 8)),
  },
  'amount-sign': {
    value: 'positive|signed',
    help: 'do withdrawals carry a minus? (default positive)',
    apply: (settings, text, flag) =>
      (settings.amountSign = one(text, flag, ['positive', 'signed'])),
  },
  'withdrawal-deducts': {
    value: 'at-once|when-processed',
    help: 'when a withdrawal leaves the balance (default at-once)',
    apply: (settings, text, flag) =>
      (settings.withdrawalDeducts = one(text, flag, ['at-once', 'when-processed'])),
  },
  confirmations: {
    value: 'NUMBER',
    help: 'that a deposit needs (default 6)',
    apply: (settings, text, flag) => (settings.confirmationsNeeded = whole(text, flag)),
  },
  price: {
    value: 'USD',
    help: 'what the price of a BTC wanders around (default 1225.10; demo 64000)',
    apply: (settings, text, flag) => (settings.basePriceCents = units(text, flag, 2)),
  },
  'quote-seconds': {
    value: 'SECONDS',
    help: 'how long a price holds (default 60)',
    apply: (settings, text, flag) => (settings.quoteMs = whole(text, flag, 1) * 1000),
  },
  'block-seconds': {
    value: 'SECONDS',
    help: 'from one confirmation to the next (default 60)',
    apply: (settings, text, flag) => (settings.blockMs = whole(text, flag, 1) * 1000),
  },
  'accept-seconds': {
    value: 'SECONDS',
    help: 'until a withdrawal is accepted (default 60)',
    apply: (settings, text, flag) => (settings.acceptAfterMs = whole(text, flag) * 1000),
  },
  'process-seconds': {
    value: 'SECONDS',
    help: 'until a withdrawal is processed (default 180)',
    apply: (settings, text, flag) => (settings.processAfterMs = whole(text, flag) * 1000),
  },
  deposits: {
    value: 'auto|none',
    help: 'do deposits arrive by themselves? (default none; demo auto)',
    apply: (settings, text, flag) => (settings.deposits = one(text, flag, ['auto', 'none'])),
  },
  'deposit-seconds': {
    value: 'SECONDS',
    help: 'between such deposits, about (default 600)',
    apply: (settings, text, flag) => (settings.depositEveryMs = whole(text, flag, 1) * 1000),
  },
};

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): CliRequest {
  const values = readFlags(args);
  if (values.has('help')) return { kind: 'help' };
  const keys = values.get('api-key') ?? [];
  const secrets = values.get('secret') ?? [];
  if (keys.length === 0 || keys.length !== secrets.length) {
    throw new UsageError('give --api-key KEY and --secret SECRET, once for each merchant');
  }
  const merchants = keys.map((apiKey, index) => ({ apiKey, secret: secrets[index] ?? '' }));
  const settings: Partial<SandboxSettings> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const text = values.get(name)?.at(-1);
    if (text !== undefined) flag.apply(settings, text, `--${name}`);
  }
  return { kind: 'start', options: { ...settings, merchants }, log: values.has('log') };
}

export function usage(): string {
  const rows = [
    ['--api-key KEY', 'a merchant; may be given again for more, each with its --secret'],
    ['--secret SECRET', 'its secret key'],
    ...Object.entries(flags).map(([name, { value, help }]) => [
      value === undefined ? `--${name}` : `--${name} ${value}`,
      help,
    ]),
    ['--log', 'a line on stderr for every request, with the reason of each 401'],
    ['--help', 'this text'],
  ];
  const lines = rows.map(([flag = '', help = '']) => `  ${flag.padEnd(42)} ${help}`);
  const head = 'Emulates the Bitpro API on 127.0.0.1.\n\nnpm run sandbox -- --api-key KEY';
  return `${head} --secret SECRET [flags]\n\n${lines.join('\n')}\n`;
}

function readFlags(args: readonly string[]): Map<string, string[]> {
  const text = { type: 'string', multiple: true } as const;
  const toggle = { type: 'boolean' } as const;
  const known = Object.entries(flags).map(
    ([name, flag]) => [name, flag.value === undefined ? toggle : text] as const,
  );
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(known),
        'api-key': text,
        secret: text,
        log: toggle,
        help: toggle,
      },
    });
    return new Map(
      Object.entries(values).map(([name, value]) => [name, [value ?? []].flat().map(String)]),
    );
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function whole(text: string, flag: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(parseDecimal(text, 0) ?? -1n);
  if (value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new UsageError(`${flag} takes a whole number, ${range}, not "${text}"`);
  }
  return value;
}

/** A positive decimal in whole units of 10^-decimals. */
function units(text: string, flag: string, decimals: number): number {
  const value = Number(parseDecimal(text, decimals) ?? 0n);
  if (value <= 0 || !Number.isSafeInteger(value)) {
    throw new UsageError(`${flag} takes an amount greater than 0, not "${text}"`);
  }
  return value;
}

function one<const T extends string>(text: string, flag: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new UsageError(`${flag} takes ${choices.join(' or ')}, not "${text}"`);
  }
  return choice;
}
