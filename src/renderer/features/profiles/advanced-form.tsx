import { useState, type FormEvent, type ReactNode } from 'react';
import type { SecondPerson } from '#shared/domain/guards.ts';
import type { ApiOptions, ProfileView } from '#shared/domain/profile.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { LoosenDialog } from '../../components/loosen-dialog.tsx';
import { Checkbox } from '../../components/checkbox.tsx';
import { Select } from '../../components/select.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { useRequest } from '../../lib/resource.ts';
import { readSession } from '../../lib/session.ts';
import css from './connection-form.module.css';

const pageSignings = [
  { value: 'query', label: 'Path and query as sent' },
  { value: 'path-only', label: 'Path alone, MD5 of the query' },
] as const;

const contentMd5s = [
  { value: 'empty-body', label: 'MD5 of the empty body' },
  { value: 'blank', label: 'Left blank' },
] as const;

const badDelay: ErrorDto = {
  code: 'invalid_input',
  message: 'Enter whole minutes from 1 to 10080, or nothing.',
  retryable: false,
  field: 'settleDelayMinutes',
};

const delayHint =
  'A request of unknown outcome that two complete readings of the history, this far apart, do not show is taken as not executed. Empty: a person decides.';

/** Null for nothing, undefined for what is no number of minutes. */
function readMinutes(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const minutes = /^\d{1,5}$/.test(trimmed) ? Number(trimmed) : 0;
  return minutes >= 1 && minutes <= 10_080 ? minutes : undefined;
}

/** The points in which the service may differ from the reading of its reference (api-readings.md). */
export function AdvancedForm({ profile }: { profile: ProfileView }): ReactNode {
  const [options, setOptions] = useState<ApiOptions>(profile.options);
  const [explorerUrl, setExplorerUrl] = useState(profile.explorerUrl);
  const [typedDelay, setTypedDelay] = useState<string | null>(null);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [saving, setSaving] = useState(false);
  const [lost, setLost] = useState<string | null>(null);
  // It is kept with the records, and only those of the open profile are at hand.
  const policy = useRequest('policy.get', {}, ['guards.changed']).value;
  const isDelayKnown = profile.active && policy !== null;
  const settleDelay = typedDelay ?? (isDelayKnown ? String(policy.settleDelayMinutes ?? '') : '');
  const change = (part: Partial<ApiOptions>): void =>
    setOptions((before) => ({ ...before, ...part }));

  const keep = async (
    settleDelayMinutes: number | null,
    agreement: { second?: SecondPerson } = {},
  ): Promise<ErrorDto | null> => {
    const delay = isDelayKnown ? { settleDelayMinutes, ...agreement } : {};
    const asked = { id: profile.id, explorerUrl, options, ...delay };
    const result = await call('profiles.configure', asked);
    if (!result.ok) return result.error;
    await readSession();
    toast.show({ tone: 'success', title: 'Saved', text: `Used from the next request on.` });
    return null;
  };

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const minutes = readMinutes(settleDelay);
    if (minutes === undefined) return setError(badDelay);
    setSaving(true);
    const found = await keep(minutes);
    setSaving(false);
    const isLoosening = found?.code === 'approval_needed';
    setLost(isLoosening ? found.message : null);
    setError(isLoosening ? null : found);
  };

  const onExplorer = error?.field === 'explorerUrl';
  const onDelay = error?.field === 'settleDelayMinutes';
  return (
    <Card title="Advanced">
      <form className={css['form']} onSubmit={(event) => void save(event)}>
        {error && !onExplorer && !onDelay && (
          <Banner tone="danger" title="Not saved">
            {error.message}
          </Banner>
        )}
        <TextField
          label="Explorer URL"
          hint="Opens a transaction on a block explorer; {txid} stands for its id. Empty: no links."
          error={onExplorer ? error.message : undefined}
          value={explorerUrl}
          onChange={(event) => setExplorerUrl(event.target.value)}
        />
        <TextField
          label="Settle delay in minutes"
          hint={profile.active ? delayHint : `Open ${profile.name} to see and change it.`}
          inputMode="numeric"
          disabled={!isDelayKnown}
          error={onDelay ? error.message : undefined}
          value={settleDelay}
          onChange={(event) => setTypedDelay(event.target.value)}
        />
        <Select
          label="Signed for pages of the history"
          items={pageSignings}
          value={options.pageSigning}
          onChange={(pageSigning) => change({ pageSigning })}
        />
        <Select
          label="Content-MD5 of a GET"
          items={contentMd5s}
          value={options.getContentMd5}
          onChange={(getContentMd5) => change({ getContentMd5 })}
        />
        <Checkbox
          label="Sign ping and rates too"
          hint="The reference shows them unsigned. Turn it on if the service refuses them."
          checked={options.signPublic}
          onChange={(signPublic) => change({ signPublic })}
        />
        <div className={css['actions']}>
          <Button type="submit" loading={saving}>
            Save advanced options
          </Button>
        </div>
      </form>
      {lost !== null && (
        <LoosenDialog
          lost={lost}
          action="Save advanced options"
          save={(agreement) => keep(readMinutes(settleDelay) ?? null, agreement)}
          onClose={() => setLost(null)}
        />
      )}
    </Card>
  );
}
