import { RefreshCw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { formatUsd } from '#shared/money.ts';
import { Button } from '../../components/button.tsx';
import { toast } from '../../components/toasts.tsx';
import { formatCountdown } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useNow } from '../../lib/now.ts';
import { useRateStatus } from '../../lib/profile.tsx';
import css from './buy.module.css';

/** The price now, with its end on the server's clock. Review reads it anew. */
export function CurrentRate(): ReactNode {
  const status = useRateStatus();
  const now = useNow();
  const [refreshing, setRefreshing] = useState(false);
  const rate = status?.rate ?? null;
  const leftMs = rate && status ? rate.timeExpiresMs - (now + status.clockOffsetMs) : 0;

  const refresh = async (): Promise<void> => {
    setRefreshing(true);
    const result = await call('rates.refresh', {});
    setRefreshing(false);
    if (result.ok) return;
    toast.show({ tone: 'warning', title: 'No new rate', text: result.error.message });
  };

  return (
    <div className={css['rate']}>
      <span>
        {rate ? (
          <>
            1 BTC = {formatUsd(rate.buyPriceCents)} USD
            <span className={css['left']} role="timer">
              {leftMs > 0 ? `ends in ${formatCountdown(leftMs)}` : 'expired, read again on Review'}
            </span>
          </>
        ) : (
          'No rate read yet'
        )}
      </span>
      <Button variant="ghost" icon={RefreshCw} loading={refreshing} onClick={() => void refresh()}>
        Refresh rate
      </Button>
    </div>
  );
}
