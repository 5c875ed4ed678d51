import type { ProfileView } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { RequestInput } from '#shared/ipc/contract.ts';
import { readExplorerUrl } from '../profiles/explorer-link.ts';
import type { HandlerDeps, Rooms } from './handlers.ts';

type ConfigureDeps = Pick<HandlerDeps, 'profiles' | 'configure'> & {
  rooms: () => Promise<Rooms>;
  writable: () => Promise<Rooms>;
};

/**
 * All of it is saved, or nothing. The settle delay stands in the records, sealed with the other controls: those of a
 * profile that is not open are not at hand.
 */
export async function configureProfile(
  { profiles, configure, rooms, writable }: ConfigureDeps,
  { settleDelayMinutes, second, ...options }: RequestInput<'profiles.configure'>,
): Promise<ProfileView> {
  readExplorerUrl(options.explorerUrl);
  if (settleDelayMinutes !== undefined) {
    const { name, active } = profiles.view(options.id);
    if (!active) {
      const message = `Open ${name} first: its settle delay is kept with its records.`;
      throw new AppError('conflict', message, { field: 'settleDelayMinutes' });
    }
    const { guards, ready } = await rooms();
    await ready;
    const isOther = guards.policy().settleDelayMinutes !== settleDelayMinutes;
    if (isOther) await (await writable()).guards.saveSettleDelay(settleDelayMinutes, second);
  }
  return configure(options);
}
