import { FileCheck } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { RequestOutput } from '#shared/ipc/contract.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { call } from '../../lib/ipc.ts';
import { FilePath } from './file-path.tsx';
import css from './reports.module.css';

type Verified = NonNullable<RequestOutput<'reports.verify'>>;

/** Any report with its manifest beside it, made here or brought by someone: the button, and what came of it. */
export function useVerify(): { button: ReactNode; result: ReactNode } {
  const [verifying, setVerifying] = useState(false);
  const [verified, setVerified] = useState<Verified | null>(null);
  const [error, setError] = useState<string | null>(null);

  const verify = async (): Promise<void> => {
    setVerifying(true);
    const result = await call('reports.verify', {});
    setVerifying(false);
    // Null: the dialog was closed, so what was there before stays.
    if (result.ok && result.value === null) return;
    setVerified(result.ok ? result.value : null);
    setError(result.ok ? null : result.error.message);
  };

  return {
    button: (
      <Button icon={FileCheck} loading={verifying} onClick={() => void verify()}>
        Verify a report
      </Button>
    ),
    result: (
      <>
        {error !== null && (
          <Banner tone="warning" title="The report was not verified">
            {error}
          </Banner>
        )}
        {verified !== null && <Verdict verified={verified} />}
      </>
    ),
  };
}

function Verdict({ verified: { path, ok, differences } }: { verified: Verified }): ReactNode {
  if (ok) {
    return (
      <Banner tone="success" title="The report is as its manifest says">
        <FilePath path={path} />
      </Banner>
    );
  }
  return (
    <Banner tone="danger" title="The report is not as its manifest says">
      <FilePath path={path} />
      <ul className={css['differences']}>
        {differences.map((difference) => (
          <li key={difference}>{difference}</li>
        ))}
      </ul>
    </Banner>
  );
}
