import { ArrowLeft, GraduationCap, KeyRound, Plug, ShieldCheck, WifiOff } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { switchProfile } from '../../lib/session.ts';
import css from './first-run.module.css';

/** As after navigation: the focus starts at the top of what is new. */
function focusHeading(heading: HTMLElement | null): void {
  heading?.focus();
}

/** The first screen ever seen: practise at once, or connect an account (`connect` is the form for that). */
export function FirstRun({ connect }: { connect: ReactNode }): ReactNode {
  const [connecting, setConnecting] = useState(false);
  return (
    <main className={css['page']}>
      {connecting ? (
        <div className={css['form']}>
          <Button variant="ghost" icon={ArrowLeft} onClick={() => setConnecting(false)}>
            Back
          </Button>
          <div>
            <h1 className={css['title']} tabIndex={-1} ref={focusHeading}>
              Connect an account
            </h1>
            <p className={css['lead']}>
              Bitpro supplies the keys of your merchant account. The connection is tried before
              anything is saved.
            </p>
          </div>
          <div className={css['panel']}>{connect}</div>
        </div>
      ) : (
        <Choice onConnect={() => setConnecting(true)} />
      )}
    </main>
  );
}

function Choice({ onConnect }: { onConnect: () => void }): ReactNode {
  const [opening, setOpening] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);

  const practise = async (): Promise<void> => {
    setOpening(true);
    setError(null);
    const result = await switchProfile('practice');
    if (result.ok) return;
    setOpening(false);
    setError(result.error);
  };

  return (
    <div className={css['choice']}>
      <h1 className={css['title']}>Welcome to Bitpro Desk</h1>
      <p className={css['lead']}>
        Your clients’ bitcoin on one desk: balances reconciled to the satoshi, buys, withdrawals,
        and reports your accountant can check.
      </p>
      {error && (
        <Banner tone="danger" title="Practice could not be opened">
          {error.message}
        </Banner>
      )}
      <div className={css['ways']}>
        <section className={css['way']}>
          <span className={css['practice']}>
            <GraduationCap size={18} aria-hidden />
          </span>
          <h2>Try it out</h2>
          <p>
            A practice server is built in, with clients and history. No account, no network and no
            real money.
          </p>
          <Button variant="primary" loading={opening} onClick={() => void practise()}>
            Start practising
          </Button>
        </section>
        <section className={css['way']}>
          <span className={css['connect']}>
            <Plug size={18} aria-hidden />
          </span>
          <h2>Use your account</h2>
          <p>
            Enter the API key and secret key of your sandbox or production account. Practice stays
            one click away.
          </p>
          <Button disabled={opening} onClick={onConnect}>
            Connect an account
          </Button>
        </section>
      </div>
      <ul className={css['promises']}>
        <li>
          <KeyRound size={14} aria-hidden />
          Secret key in the system keychain
        </li>
        <li>
          <ShieldCheck size={14} aria-hidden />
          No payment ever sent twice by itself
        </li>
        <li>
          <WifiOff size={14} aria-hidden />
          History and reports offline
        </li>
      </ul>
    </div>
  );
}
