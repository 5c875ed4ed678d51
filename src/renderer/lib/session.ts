import { navigate } from 'wouter/use-hash-location';
import { create } from 'zustand';
import type { AppInfo, Settings } from '#shared/domain/app.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import type { ErrorDto, Result } from '#shared/errors.ts';
import { call, listen } from './ipc.ts';

/** What outlives a change of profile: the app's facts, its settings and the list of profiles. */
type Session = {
  info: AppInfo | null;
  profiles: readonly ProfileView[];
  /** Why the app could not start; null when it did. */
  error: ErrorDto | null;
};

export const useSession = create<Session>(() => ({ info: null, profiles: [], error: null }));

/** Reads app and profiles, then follows what main reports. Called once, by the app. */
export function startSession(): () => void {
  void readSession();
  return listen('profile.changed', () => void readSession());
}

let latestReading = 0;
let latest: Promise<void> = Promise.resolve();

/** Resolves when the session is as the newest reading has it. */
export function readSession(): Promise<void> {
  latestReading += 1;
  latest = readOnce(latestReading);
  return latest;
}

async function readOnce(reading: number): Promise<void> {
  const [info, profiles] = await Promise.all([call('app.info', {}), call('profiles.list', {})]);
  // Asked anew meanwhile, for instance by the event of the switch that asked as well.
  if (reading !== latestReading) return latest;
  if (!info.ok) return useSession.setState({ error: info.error });
  if (!profiles.ok) return useSession.setState({ error: profiles.error });
  // A place such as /clients/BT-C1 belongs to the profile it was opened in.
  const former = useSession.getState().info;
  if (former && former.activeProfileId !== info.value.activeProfileId) {
    navigate('/', { replace: true });
  }
  useSession.setState({ info: info.value, profiles: profiles.value, error: null });
}

/** Opens a profile. The tree below ProfileScope starts anew when this succeeds. */
export async function switchProfile(id: string): Promise<Result<ProfileView>> {
  const result = await call('profiles.switch', { id });
  if (result.ok) await readSession();
  return result;
}

export async function saveSettings(settings: Settings): Promise<Result<Settings>> {
  const result = await call('settings.save', settings);
  if (result.ok) {
    useSession.setState(({ info }) => ({ info: info && { ...info, settings: result.value } }));
  }
  return result;
}
