import { Lock, LockOpen, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { ProfileView } from '#shared/domain/profile.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { EnvironmentMark } from '../../components/environment-mark.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { toast } from '../../components/toasts.tsx';
import { VisuallyHidden } from '../../components/visually-hidden.tsx';
import { call } from '../../lib/ipc.ts';
import { readSession, useSession } from '../../lib/session.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import { secretWords } from '../../components/secret-words.ts';
import { useOpenProfile } from './use-open-profile.tsx';

/** All profiles, and what can be done with each. */
export function ProfilesCard(): ReactNode {
  const profiles = useSession((session) => session.profiles);
  const [, navigate] = useLocation();
  const [removing, setRemoving] = useState<ProfileView | null>(null);
  const { open, dialog } = useOpenProfile();

  const itemsFor = (profile: ProfileView): MenuItem[] => {
    const edit = (): void => navigate(`/settings/profiles/${profile.id}`);
    const canLock = profile.environment === 'production' && !profile.locked;
    return [
      {
        label: profile.active && profile.locked ? 'Unlock' : 'Open',
        icon: LockOpen,
        unless: profile.active && !profile.locked ? 'It is open.' : null,
        onSelect: () => void open(profile),
      },
      { label: 'Edit connection', icon: Pencil, onSelect: edit },
      ...(canLock ? [{ label: 'Lock again', icon: Lock, onSelect: () => void lock(profile) }] : []),
      ...(profile.builtIn
        ? []
        : [
            {
              label: 'Remove',
              icon: Trash2,
              danger: true,
              unless: profile.active ? 'Open another profile first.' : null,
              onSelect: () => setRemoving(profile),
            },
          ]),
    ];
  };

  return (
    <Card
      title="Profiles"
      padded={false}
      actions={
        <Button icon={Plus} onClick={() => navigate('/settings/profiles/new')}>
          Add profile
        </Button>
      }
    >
      <Table label="Profiles">
        <THead>
          <Th>Profile</Th>
          <Th>Base URL</Th>
          <Th>Secret key</Th>
          <Th>State</Th>
          <Th>
            <VisuallyHidden>Actions</VisuallyHidden>
          </Th>
        </THead>
        <tbody>
          {profiles.map((profile) => (
            <Tr key={profile.id}>
              <Td>
                <EnvironmentMark environment={profile.environment} name={profile.name} />
              </Td>
              <Td muted grow>
                {profile.environment === 'practice' ? 'Built in' : profile.baseUrl}
              </Td>
              <Td>
                <SecretBadge profile={profile} />
              </Td>
              <Td muted>{stateOf(profile)}</Td>
              <Td numeric>
                <Menu label={`Actions for ${profile.name}`} items={itemsFor(profile)} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {dialog}
      {removing && <RemoveDialog profile={removing} onClose={() => setRemoving(null)} />}
    </Card>
  );
}

function SecretBadge({ profile }: { profile: ProfileView }): ReactNode {
  if (profile.environment === 'practice') return <Badge tone="neutral">Not needed</Badge>;
  const { word, tone } = secretWords[profile.secret];
  return <Badge tone={tone}>{word}</Badge>;
}

function stateOf(profile: ProfileView): string {
  const words = [profile.active && 'Open', profile.locked && 'Locked'].filter(Boolean);
  return words.join(', ');
}

async function lock(profile: ProfileView): Promise<void> {
  const result = await call('profiles.lock', { id: profile.id });
  if (result.ok) {
    await readSession();
    toast.show({ tone: 'success', title: `${profile.name} is locked` });
  } else {
    toast.show({ tone: 'danger', title: 'Not locked', text: result.error.message });
  }
}
