import { defaultApiOptions, type Profile } from '#shared/domain/profile.ts';

const TESTNET_EXPLORER = 'https://mempool.space/testnet4/tx/{txid}';
const MAINNET_EXPLORER = 'https://mempool.space/tx/{txid}';

const common = {
  builtIn: true,
  apiKey: '',
  enrolled: false,
  options: defaultApiOptions,
} as const;

/** product.md, Profiles. The addresses are those of api-readings.md, 1 and 2; explorers of 28. */
export const builtInProfiles: readonly Profile[] = [
  {
    ...common,
    id: 'practice',
    name: 'Practice',
    environment: 'practice',
    baseUrl: '',
    explorerUrl: '',
    locked: false,
  },
  {
    ...common,
    id: 'sandbox',
    name: 'Sandbox',
    environment: 'sandbox',
    baseUrl: 'https://sandbox.bitit.pro/api/v1',
    explorerUrl: TESTNET_EXPLORER,
    locked: false,
  },
  {
    ...common,
    id: 'production',
    name: 'Production',
    environment: 'production',
    baseUrl: 'https://bitit.pro/api/v1',
    explorerUrl: MAINNET_EXPLORER,
    locked: true,
  },
];

export const PRACTICE_ID = 'practice';

/** The explorer an own profile begins with. */
export function defaultExplorer(environment: 'sandbox' | 'production'): string {
  return environment === 'production' ? MAINNET_EXPLORER : TESTNET_EXPLORER;
}
