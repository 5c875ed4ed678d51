import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { ProfileView } from '#shared/domain/profile.ts';
import { toast } from '../../components/toasts.tsx';
import { switchProfile } from '../../lib/session.ts';

/** In a chunk of its own: the switcher is on the first screen, and dialogs and fields are not. */
const UnlockDialog = lazy(async () => ({
  default: (await import('./unlock-dialog.tsx')).UnlockDialog,
}));

/** False for a profile that has nothing to sign with yet. */
export function isConnected(profile: ProfileView): boolean {
  return (
    profile.environment === 'practice' || (profile.apiKey !== '' && profile.secret !== 'empty')
  );
}

/**
 * Opens a profile by the way it needs: the form where it has no keys, its name typed where it is locked.
 * The caller renders `dialog`.
 */
export function useOpenProfile(): {
  open: (profile: ProfileView) => Promise<void>;
  /** The profile being opened. */
  opening: ProfileView | null;
  dialog: ReactNode;
} {
  const [, navigate] = useLocation();
  const [locked, setLocked] = useState<ProfileView | null>(null);
  const [opening, setOpening] = useState<ProfileView | null>(null);

  const enter = async (profile: ProfileView): Promise<void> => {
    setOpening(profile);
    const result = await switchProfile(profile.id);
    setOpening(null);
    if (result.ok) return;
    const title = `${profile.name} could not be opened`;
    toast.show({ tone: 'danger', title, text: result.error.message });
  };

  const open = async (profile: ProfileView): Promise<void> => {
    if (!isConnected(profile)) return navigate(`/settings/profiles/${profile.id}`);
    if (profile.locked) return setLocked(profile);
    await enter(profile);
  };

  const dialog = locked && (
    <Suspense>
      <UnlockDialog
        profile={locked}
        onClose={() => setLocked(null)}
        onUnlocked={async (profile) => {
          setLocked(null);
          await enter(profile);
        }}
      />
    </Suspense>
  );
  return { open, opening, dialog };
}
