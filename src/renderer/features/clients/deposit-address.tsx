import { Copy, QrCode } from 'lucide-react';
import { QRCodeSVG } from 'qrcode.react';
import { useState, type ReactNode } from 'react';
import type { ClientView } from '#shared/domain/client.ts';
import { visibleText } from '#shared/text.ts';
import { Named } from '../../components/named.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { AddressGroups } from '../../components/hash.tsx';
import { EmptyState } from '../../components/states.tsx';
import { cx } from '../../lib/cx.ts';
import { call } from '../../lib/ipc.ts';
import css from './client-page.module.css';

export function DepositAddress({ client }: { client: ClientView }): ReactNode {
  const { depositAddress, conflictingAddress, addressProblem } = client;
  if (depositAddress === null) {
    return (
      <Card title="Deposit address">
        <EmptyState
          icon={QrCode}
          title="Not read yet"
          text="The address appears with the first answer of Bitpro for this client."
        />
      </Card>
    );
  }
  if (conflictingAddress !== null) {
    return (
      <Card title="Deposit address">
        <p className={css['hint']}>
          Not shown for use while Bitpro reports another address than the one known.
        </p>
      </Card>
    );
  }
  if (addressProblem !== null) {
    return (
      <Card title="Deposit address">
        <Banner tone="danger" title="Do not give this address to anybody">
          {addressProblem} No QR code and no copy of it are made. Ask Bitpro about it.
        </Banner>
        <p className={css['hint']}>
          <span className={css['unusable']}>
            <Named>{visibleText(depositAddress)}</Named>
          </span>
        </p>
      </Card>
    );
  }
  return (
    <Card title="Deposit address">
      <div className={css['deposit']}>
        <div className={css['qr']}>
          <QRCodeSVG
            value={`bitcoin:${depositAddress}`}
            size={124}
            level="M"
            marginSize={0}
            fgColor="#000000"
            bgColor="#ffffff"
            title="QR code of the deposit address"
          />
        </div>
        <div className={css['address']}>
          <AddressGroups address={depositAddress} />
          <CopyAddress uid={client.uid} />
          <p className={css['hint']}>
            Deposits count after 6 confirmations. Compare the whole address with what the payer
            sees.
          </p>
        </div>
      </div>
    </Card>
  );
}

type CopyState = { tone: 'copied' | 'failed'; text: string } | null;

/** Main writes to the clipboard, reads it back and compares: other programs are known to swap addresses. */
function CopyAddress({ uid }: { uid: string }): ReactNode {
  const [state, setState] = useState<CopyState>(null);
  const copy = async (): Promise<void> => {
    const result = await call('clients.copyAddress', { uid });
    setState(
      result.ok
        ? { tone: 'copied', text: 'Copied and checked' }
        : { tone: 'failed', text: result.error.message },
    );
  };
  return (
    <div className={css['copy']}>
      <Button icon={Copy} onClick={() => void copy()}>
        Copy address
      </Button>
      <span role="status" className={cx(css['status'], state && css[state.tone])}>
        {state?.text}
      </span>
    </div>
  );
}
