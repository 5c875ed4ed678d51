import { RefreshCw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { formatUsd } from '#shared/money.ts';
import { Button } from '../../components/button.tsx';
import { toast } from '../../components/toasts.tsx';
import { formatCountdown } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useRateNow, type RateNow } from '../../lib/rate.ts';
import css from './buy.module.css';

/** The price now, with its end on the server's clock. Review reads it anew. */
export function CurrentRate(): ReactNode {
  const [refreshing, setRefreshing] = useState(false);
  const rate = useRateNow();

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
            1 BTC = {formatUsd(rate.priceCents)} USD
            <span className={css['left']} role="timer">
              {endWords(rate)}
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

function endWords({ leftMs }: RateNow): string {
  if (leftMs === null) return 'its end is not clear, read again on Review';
  return leftMs > 0 ? `ends in ${formatCountdown(leftMs)}` : 'expired, read again on Review';
}
