import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { lazy, Suspense, useEffect, useLayoutEffect, type ReactNode } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import type { Theme } from '#shared/domain/app.ts';
import { ErrorState } from '../components/states.tsx';
import { toast, ToastViewport } from '../components/toasts.tsx';
import { listen } from '../lib/ipc.ts';
import { ProfileScope } from '../lib/profile.tsx';
import { readSession, startSession, useSession } from '../lib/session.ts';
import { TimeZoneProvider } from '../lib/time-zone.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { useFocusKeeper, useProblemFocus } from './focus.ts';
import { Shell } from './shell.tsx';

const Welcome = lazy(async () => ({ default: (await import('./welcome.tsx')).Welcome }));

export function App(): ReactNode {
  useEffect(startSession, []);
  useFocusKeeper();
  useProblemFocus();
  useEffect(() => listen('notice.shown', (notice) => toast.show(notice)), []);
  const settings = useSession((session) => session.info?.settings);
  useTheme(settings?.theme ?? 'system');
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider>
        <TimeZoneProvider value={settings?.timeZone ?? 'UTC'}>
          <Router hook={useHashLocation}>
            <ErrorBoundary>
              <Suspense>
                <Opened />
              </Suspense>
            </ErrorBoundary>
            <ToastViewport />
          </Router>
        </TimeZoneProvider>
      </Tooltip.Provider>
    </CSPProvider>
  );
}

function Opened(): ReactNode {
  const { info, profiles, error } = useSession();
  const profile = profiles.find((each) => each.id === info?.activeProfileId);
  const profileId = profile?.id;
  // Before the next profile is painted. What is said while none is open yet stays.
  useLayoutEffect(() => (profileId === undefined ? undefined : () => toast.clear()), [profileId]);
  if (error && !info) return <ErrorState error={error} onRetry={() => void readSession()} />;
  if (!info) return null;
  if (!profile) return <Welcome />;
  return (
    <ProfileScope key={profile.id} profile={profile}>
      <Shell />
    </ProfileScope>
  );
}

/** Light and dark follow the system unless the operator chose one (tokens.css). */
function useTheme(theme: Theme): void {
  useEffect(() => {
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', theme);
  }, [theme]);
}
