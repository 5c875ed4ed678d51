import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type ReactNode,
  type SubmitEvent,
} from 'react';
import { useLocation } from 'wouter';
import type { ClientView } from '#shared/domain/client.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { describeAmountProblem, parseBtc, readAs, toDecimal } from '#shared/money.ts';
import { Banner } from '../../components/banner.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { OpenIntents } from '../../components/intent/open-intents.tsx';
import { fieldOfRefusal, Refusal } from '../../components/intent/refusal.tsx';
import { RepeatReason } from '../../components/intent/repeat-reason.tsx';
import { Skeleton } from '../../components/states.tsx';
import { TextField } from '../../components/text-field.tsx';
import { createUseDraft } from '../../lib/drafts.ts';
import { call } from '../../lib/ipc.ts';
import { useRequest } from '../../lib/resource.ts';
import { AddressHint } from './address-hint.tsx';
import { BookChoice } from './book-choice.tsx';
import { Spendable } from './spendable.tsx';
import { useAddressCheck } from './use-address-check.ts';
import css from './withdraw.module.css';

const useWithdrawDraft = createUseDraft({
  address: '',
  amountBtc: '',
  reason: '',
  /** A link brought the amount: it goes with the link's address. */
  isOfLink: false,
});

export function WithdrawForm({ client }: { client: ClientView }): ReactNode {
  const { uid, balance } = client;
  const draft = useWithdrawDraft(uid);
  const { fields, refused, ready, setFields, setIntent } = draft;
  const open = useRequest('intents.list', { openOnly: true }, ['intents.changed']);
  const [looked, setLooked] = useState(false);
  const [asked, setAsked] = useState(false);
  const [preparing, setPreparing] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [, navigate] = useLocation();
  const amount = parseBtc(fields.amountBtc);
  const addressInput = useRef<HTMLInputElement>(null);
  /** What a link asks for, beside another amount that was typed. */
  const [asksFor, setAsksFor] = useState<string | null>(null);
  const address = useAddressCheck((checked) => {
    const { amountBtc } = checked;
    const shown = addressInput.current?.value ?? fields.address;
    if (checked.address !== shown) putAddress(checked.address);
    if (amountBtc === null) return;
    const there = draft.readFields().amountBtc;
    const typed = parseBtc(there);
    const isSame = typed.ok && toDecimal(typed.value, 8) === amountBtc;
    if (there.trim() === '') setFields({ amountBtc, isOfLink: true });
    else if (!isSame) setAsksFor(amountBtc);
  });

  /** What stands there from an earlier visit is judged as if it were typed now. */
  const checkKept = useEffectEvent(() => void address.check(fields.address));
  useEffect(() => {
    if (ready) checkKept();
  }, [ready]);

  /** As typing would, where the field has the focus, so that Ctrl+Z brings back what was pasted and what was before. */
  function putAddress(text: string): void {
    const input = addressInput.current;
    if (input !== null && document.activeElement === input) {
      input.select();
      keepChecked.current = true;
      const isDone = document.execCommand('insertText', false, text);
      keepChecked.current = false;
      if (isDone) return;
    }
    setFields({ address: text });
  }
  /** The text that changes is the one that was just checked. */
  const keepChecked = useRef(false);
  const refusal = refused?.reason ?? '';

  const review = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setLooked(true);
    setAsked(true);
    if (!amount.ok || fields.address.trim() === '' || preparing) return;
    setPreparing(true);
    const { isOfLink: _, ...typed } = fields;
    const result = await call('intents.prepare', { kind: 'withdrawal', clientUid: uid, ...typed });
    setPreparing(false);
    if (!result.ok) return setError(result.error);
    setIntent(result.value.intent.id);
    navigate(`/intents/${result.value.intent.id}`);
  };

  const change = (patch: Partial<typeof fields>): void => {
    setFields({ ...patch, reason: '' });
    setError(null);
    setAsksFor(null);
  };

  /** The amount of a link says nothing of another address. */
  const changeAddress = (next: string): void => {
    const amountBtc = fields.isOfLink ? '' : fields.amountBtc;
    change({ address: next, amountBtc, isOfLink: false });
  };

  if (!ready) return <Skeleton width={320} />;
  return (
    <form className={css['stack']} onSubmit={(event) => void review(event)}>
      <OpenIntents intents={open.value?.filter((intent) => intent.clientUid === uid) ?? []} />
      {refused !== null && <Refusal intent={refused} />}
      {error !== null && error.field === undefined && (
        <Banner tone="danger" title="Not ready for review. Nothing was sent.">
          {error.message}
        </Banner>
      )}
      <Card>
        <div className={css['stack']}>
          <TextField
            ref={addressInput}
            label="Address"
            hint={<AddressHint checked={address.checked} clientUid={uid} />}
            autoFocus
            value={fields.address}
            error={
              (asked && fields.address.trim() === '' ? 'Enter a bitcoin address.' : null) ??
              address.error?.message ??
              (error?.field === 'address' ? error.message : null) ??
              (fieldOfRefusal(refusal) === 'address' ? refusal : null)
            }
            onBlur={() => void address.check(fields.address)}
            onPaste={(event) => {
              const input = event.currentTarget;
              // The field takes the paste by itself, which can be undone; it is looked at once it is there.
              setTimeout(() => void address.check(input.value));
            }}
            onChange={(event) => {
              if (keepChecked.current) return change({ address: event.target.value });
              changeAddress(event.target.value);
              address.forget();
            }}
          />
          <BookChoice
            address={fields.address}
            onChoose={(chosen) => {
              changeAddress(chosen);
              address.forget();
              void address.check(chosen);
            }}
          />
          <div className={css['amount']}>
            <TextField
              label="Amount in BTC"
              numeric
              placeholder="0.00000000"
              suffix="BTC"
              hint={readAs(fields.amountBtc, 'BTC')}
              value={fields.amountBtc}
              error={
                (looked && !amount.ok ? describeAmountProblem(amount.problem, 'BTC') : null) ??
                (error?.field === 'amountBtc' ? error.message : null) ??
                (fieldOfRefusal(refusal) === 'amount' ? refusal : null)
              }
              onBlur={() => setLooked(fields.amountBtc !== '')}
              onChange={(event) => change({ amountBtc: event.target.value, isOfLink: false })}
            />
            <Button
              disabled={!balance || balance.balanceSats <= 0}
              onClick={() =>
                change({ amountBtc: toDecimal(balance?.balanceSats ?? 0, 8), isOfLink: false })
              }
            >
              Max
            </Button>
          </div>
          {asksFor !== null && (
            <Banner
              tone="warning"
              title={`The link asks for ${asksFor} BTC`}
              actions={
                <>
                  <Button onClick={() => change({ amountBtc: asksFor, isOfLink: true })}>
                    Take {asksFor} BTC
                  </Button>
                  <Button onClick={() => setAsksFor(null)}>Keep {fields.amountBtc}</Button>
                </>
              }
            >
              Another amount was typed, and stays until you say which one to pay.
            </Banner>
          )}
          <RepeatReason
            key={`${fields.address} ${fields.amountBtc}`}
            error={error?.field === 'reason' ? error.message : null}
            reason={fields.reason}
            onChange={(reason) => setFields({ reason })}
          />
          <Spendable client={client} amountSats={amount.ok ? amount.value : null} />
        </div>
      </Card>
      <div className={css['buttons']}>
        <ButtonLink href={`/clients/${uid}`}>Cancel</ButtonLink>
        <Button type="submit" variant="primary" loading={preparing}>
          Review
        </Button>
      </div>
    </form>
  );
}
