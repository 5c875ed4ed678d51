import { FolderOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ReportProgress } from '#shared/domain/report.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { DetailList } from '../../components/detail-list.tsx';
import { Hash } from '../../components/hash.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { toast } from '../../components/toasts.tsx';
import { formatCount, formatCountdown, plural } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useNow } from '../../lib/now.ts';
import { FilePath } from './file-path.tsx';
import css from './reports.module.css';

type JobCardProps = { job: ReportProgress; startedAtMs: number; onCancel: () => void };

/** Before this its pace says little. */
const PACE_AFTER_MS = 2000;

/** The last report: how far it is, or what became of it. */
export function JobCard({ job, ...rest }: JobCardProps): ReactNode {
  switch (job.state) {
    case 'running':
      return <Running job={job} {...rest} />;
    case 'done':
      return <Done job={job} />;
    case 'cancelled':
      return (
        <Banner tone="neutral" title="Cancelled">
          No file was written.
        </Banner>
      );
    case 'failed':
      return (
        <Banner tone="danger" title="The report failed. No file was written.">
          {job.error}
        </Banner>
      );
  }
}

function Running({ job, startedAtMs, onCancel }: JobCardProps): ReactNode {
  const elapsedMs = useNow() - startedAtMs;
  const left = elapsedMs < PACE_AFTER_MS || job.rows === 0 ? '' : timeLeft(job, elapsedMs);
  return (
    <Card title="Writing the report" actions={<Button onClick={onCancel}>Cancel</Button>}>
      <div className={css['progress']}>
        <ProgressBar
          label="Rows written"
          value={job.totalRows === 0 ? null : job.rows}
          max={job.totalRows}
        />
        <span className={css['hint']}>
          {formatCount(job.rows)} of {plural(job.totalRows, 'row')}
          {left}
        </span>
      </div>
    </Card>
  );
}

function timeLeft({ rows, totalRows }: ReportProgress, elapsedMs: number): string {
  return ` · about ${formatCountdown((elapsedMs / rows) * (totalRows - rows))} left`;
}

function Done({ job }: { job: ReportProgress }): ReactNode {
  const show = async (): Promise<void> => {
    const result = await call('reports.showInFolder', { jobId: job.jobId });
    if (result.ok) return;
    toast.show({ tone: 'warning', title: 'Not shown', text: result.error.message });
  };
  return (
    <Card
      title="Report written"
      actions={
        <Button icon={FolderOpen} onClick={() => void show()}>
          Show in folder
        </Button>
      }
    >
      <DetailList
        items={[
          { term: 'File', value: <FilePath path={job.path} /> },
          ...(job.spreadsheetPath === null
            ? []
            : [{ term: 'For spreadsheets', value: <FilePath path={job.spreadsheetPath} /> }]),
          { term: 'Rows', value: formatCount(job.rows) },
          {
            term: 'SHA-256',
            value: job.sha256 === null ? '' : <Hash value={job.sha256} label="SHA-256" keep={16} />,
          },
          { term: 'Manifest', value: 'Beside the file, with range, filters, sums and this hash' },
        ]}
      />
    </Card>
  );
}
