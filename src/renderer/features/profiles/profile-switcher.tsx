import { Menu } from '@base-ui/react/menu';
import { Check, ChevronsUpDown, Lock, Plus, Settings2 } from 'lucide-react';
import { useId, useRef, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { ProfileView } from '#shared/domain/profile.ts';
import { EnvironmentMark, EnvironmentSign } from '../../components/environment-mark.tsx';
import { useProfile } from '../../lib/profile.tsx';
import { useSession } from '../../lib/session.ts';
import css from './profile-switcher.module.css';
import { isConnected, useOpenProfile } from './use-open-profile.tsx';

/** The switcher in the header. */
export function ProfileSwitcher(): ReactNode {
  const active = useProfile();
  const profiles = useSession((session) => session.profiles);
  const [, navigate] = useLocation();
  const { open, opening, dialog } = useOpenProfile();
  const name = useId();
  const box = useRef<HTMLDivElement>(null);

  const choose = (chosen: string): void => {
    const profile = profiles.find((each) => each.id === chosen);
    if (profile && profile.id !== active.id) void open(profile);
  };

  return (
    <>
      <Menu.Root>
        {/* The button is named Profile and nothing else; its area covers the whole box. */}
        <div ref={box} className={css['box']}>
          <EnvironmentSign environment={active.environment} />
          <Menu.Trigger className={css['trigger']} aria-describedby={name}>
            Profile
          </Menu.Trigger>
          <span id={name} className={css['name']}>
            {opening ? `Opening ${opening.name}…` : active.name}
          </span>
          <ChevronsUpDown size={14} aria-hidden />
        </div>
        <Menu.Portal>
          <Menu.Positioner className={css['positioner']} anchor={box} sideOffset={4} align="start">
            <Menu.Popup className={css['popup']}>
              <Menu.RadioGroup value={active.id} onValueChange={choose}>
                {profiles.map((profile) => (
                  <Menu.RadioItem
                    key={profile.id}
                    value={profile.id}
                    className={css['item']}
                    closeOnClick
                  >
                    <EnvironmentMark environment={profile.environment} name={profile.name} />
                    <ProfileState profile={profile} />
                    <Menu.RadioItemIndicator className={css['check']}>
                      <Check size={14} aria-hidden />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
              <Menu.Separator className={css['separator']} />
              <Menu.Item className={css['item']} onClick={() => navigate('/settings/profiles/new')}>
                <Plus size={15} aria-hidden />
                Add profile
              </Menu.Item>
              <Menu.Item className={css['item']} onClick={() => navigate('/settings')}>
                <Settings2 size={15} aria-hidden />
                Manage profiles
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {dialog}
    </>
  );
}

function ProfileState({ profile }: { profile: ProfileView }): ReactNode {
  if (!isConnected(profile)) return <span className={css['state']}>not connected</span>;
  if (!profile.locked) return null;
  return (
    <span className={css['state']}>
      <Lock size={12} aria-hidden /> locked
    </span>
  );
}
