import { FileSpreadsheet } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { ReportKind } from '#shared/domain/report.ts';
import { dayAfter, dayOf } from '#shared/time-zone.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ClientChoice } from '../../components/client-choice.tsx';
import { Combobox } from '../../components/combobox.tsx';
import { DateRange } from '../../components/date-range.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useClientNames } from '../../lib/client-names.ts';
import { useNow } from '../../lib/now.ts';
import { timeZones, useTimeZone } from '../../lib/time-zone.ts';
import { JobCard } from './job-card.tsx';
import { isBackwards, rangePresets } from './presets.ts';
import css from './reports.module.css';
import { SpreadsheetChoice } from './spreadsheet-choice.tsx';
import { useReports, type ReportForm } from './reports-store.ts';
import { useVerify } from './verify-report.tsx';

const kinds: { value: ReportKind; label: string }[] = [
  { value: 'transactions', label: 'Transactions' },
  { value: 'balances', label: 'Balances' },
  { value: 'rates', label: 'Rates' },
];

const contents: Record<ReportKind, string> = {
  transactions:
    'One line for each deposit, buy and withdrawal, with state, address, running balance, value and your notes and tags.',
  balances:
    'One line for each client: what the history adds up to, what Bitpro reports, and the difference to the satoshi.',
  rates: 'One line for each observed rate, with its validity, what it was read for, and gaps.',
};

export function ReportsPage(): ReactNode {
  const { form, job, startedAtMs, error, starting, setForm, start, cancel } = useReports();
  const timeZone = useTimeZone();
  const verify = useVerify();
  useEffect(() => {
    if (form !== null) return;
    const today = dayOf(Date.now(), timeZone);
    const days = { fromDay: `${today.slice(0, 7)}-01`, toDay: today };
    setForm({ report: 'transactions', days, timeZone, clientUid: '', spreadsheet: null });
  }, [form, timeZone, setForm]);
  if (form === null) return <PageHeader title="Reports" />;

  const running = job?.state === 'running';
  return (
    <div className={css['page']}>
      <PageHeader title="Reports" actions={verify.button} />
      {verify.result}
      <Card>
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault();
            if (!running && !starting && !isBackwards(form.days)) void start(form);
          }}
        >
          <div className={css['kind']}>
            <Segmented
              label="Report"
              items={kinds}
              value={form.report}
              onChange={(report) => setForm({ ...form, report })}
            />
            <p className={css['hint']}>{contents[form.report]}</p>
          </div>
          <Choices form={form} onChange={setForm} />
          <SpreadsheetChoice
            value={form.spreadsheet}
            onChange={(spreadsheet) => setForm({ ...form, spreadsheet })}
          />
          <RangeText form={form} />
          {error !== null && (
            <Banner tone="danger" title="No report was written">
              {error}
            </Banner>
          )}
          <div>
            <Button
              type="submit"
              variant="primary"
              icon={FileSpreadsheet}
              loading={starting || running}
              disabled={isBackwards(form.days)}
            >
              Export CSV
            </Button>
          </div>
        </form>
      </Card>
      {job !== null && (
        <JobCard job={job} startedAtMs={startedAtMs} onCancel={() => void cancel()} />
      )}
    </div>
  );
}

type ChoicesProps = { form: ReportForm; onChange: (form: ReportForm) => void };

function Choices({ form, onChange }: ChoicesProps): ReactNode {
  const [zones] = useState(timeZones);
  const clients = useClientNames();
  const today = dayOf(useNow(60_000), form.timeZone);
  return (
    <div className={css['choices']}>
      <div className={css['field']}>
        <span className={css['label']}>Days</span>
        <DateRange
          label="Days"
          value={form.days}
          presets={rangePresets(today)}
          onChange={(days) => onChange({ ...form, days })}
        />
      </div>
      <Combobox
        label="Time zone"
        items={zones}
        value={form.timeZone}
        onChange={(timeZone) => onChange({ ...form, timeZone })}
        empty="Nothing matches. Try part of a city."
      />
      <ClientChoice
        disabled={form.report === 'rates'}
        clients={clients}
        uid={form.report === 'rates' ? '' : form.clientUid}
        onChange={(clientUid) => onChange({ ...form, clientUid })}
      />
    </div>
  );
}

function RangeText({ form: { days, timeZone } }: { form: ReportForm }): ReactNode {
  if (isBackwards(days)) {
    return (
      <Banner tone="danger" title="The range ends before it begins">
        Choose a last day that is not before the first one.
      </Banner>
    );
  }
  return (
    <p className={css['range']}>
      From <strong>{days.fromDay} 00:00</strong> up to, and not including,{' '}
      <strong>{dayAfter(days.toDay)} 00:00</strong> in {timeZone}.
    </p>
  );
}
