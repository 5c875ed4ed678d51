import { Monitor, Moon, Sun } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { AppInfo, Settings } from '#shared/domain/app.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Checkbox } from '../../components/checkbox.tsx';
import { Combobox } from '../../components/combobox.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { formatMinute } from '../../lib/format.ts';
import { useNow } from '../../lib/now.ts';
import { saveSettings, useSession } from '../../lib/session.ts';
import { timeZones } from '../../lib/time-zone.ts';
import css from './settings-page.module.css';

const themes = [
  { value: 'system', label: 'System', icon: Monitor },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
] as const;

/** `profiles` and `guards` are sections of other features; the app joins them. */
export function SettingsPage({
  profiles,
  guards,
}: {
  profiles: ReactNode;
  guards: ReactNode;
}): ReactNode {
  const info = useSession((session) => session.info);
  if (!info) return null;
  return (
    <div className={css['page']}>
      <PageHeader title="Settings" />
      <DisplayCard info={info} />
      <OperatorCard key={info.settings.operator} info={info} />
      {profiles}
      {guards}
      <Card title="About">
        <dl className={css['facts']}>
          <dt>Version</dt>
          <dd>Bitpro Desk {info.version}</dd>
          <dt>License</dt>
          <dd>MIT</dd>
        </dl>
      </Card>
    </div>
  );
}

async function save(settings: Settings): Promise<string | null> {
  const result = await saveSettings(settings);
  if (result.ok) return null;
  if (result.error.field === undefined) {
    toast.show({ tone: 'danger', title: 'Not saved', text: result.error.message });
  }
  return result.error.message;
}

function DisplayCard({ info }: { info: AppInfo }): ReactNode {
  const { settings } = info;
  const [zones] = useState(timeZones);
  const now = useNow(60_000);
  return (
    <Card title="Display">
      <div className={css['fields']}>
        <Segmented
          label="Theme"
          items={themes}
          value={settings.theme}
          onChange={(theme) => void save({ ...settings, theme })}
        />
        <Combobox
          label="Time zone"
          items={zones}
          value={settings.timeZone}
          empty="Nothing matches. Try part of a city."
          hint={`Times are shown, and days of reports begin, in this zone. Now ${formatMinute(now, settings.timeZone)}.`}
          onChange={(timeZone) => void save({ ...settings, timeZone })}
        />
        <Checkbox
          label="Amounts and names in system notifications"
          hint="Others may see them, on a locked screen too."
          checked={settings.notificationDetails}
          onChange={(notificationDetails) => void save({ ...settings, notificationDetails })}
        />
      </div>
    </Card>
  );
}

function OperatorCard({ info }: { info: AppInfo }): ReactNode {
  const [operator, setOperator] = useState(info.settings.operator);
  const [error, setError] = useState<string | null>(null);
  const typed = operator.trim();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (typed === '') return setError('Enter the name that the audit log should carry.');
    setError(await save({ ...info.settings, operator: typed }));
  };

  return (
    <Card title="Operator">
      <form className={css['operator']} onSubmit={(event) => void submit(event)}>
        <TextField
          label="Operator name"
          hint="Written into the audit log beside everything you do."
          maxLength={60}
          error={error}
          value={operator}
          onChange={(event) => setOperator(event.target.value)}
        />
        <Button type="submit" disabled={typed === info.settings.operator}>
          Save
        </Button>
      </form>
    </Card>
  );
}
