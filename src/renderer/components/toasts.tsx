import { Toast as Base } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import type { Tone } from './badge.tsx';
import css from './toasts.module.css';

type ToastOptions = {
  tone: Tone;
  title: string;
  text?: string;
  action?: { label: string; onClick: () => void };
};

const manager = Base.createToastManager<{ tone: Tone }>();

/** Says once that something happened. What must not be missed belongs in a Banner. */
export const toast = {
  show({ tone, title, text, action }: ToastOptions): void {
    const id = manager.add({
      title,
      ...(text === undefined ? {} : { description: text }),
      data: { tone },
      timeout: tone === 'danger' ? 0 : 6000,
      priority: tone === 'danger' ? 'high' : 'low',
      ...(action === undefined
        ? {}
        : {
            actionProps: {
              children: action.label,
              onClick: () => {
                action.onClick();
                manager.close(id);
              },
            },
          }),
    });
  },
  /** On a change of profile: what the former one had to say is over. */
  clear(): void {
    manager.close();
  },
};

export function ToastViewport(): ReactNode {
  return (
    <Base.Provider toastManager={manager} limit={4}>
      <Base.Portal>
        <Base.Viewport className={css['viewport']}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList(): ReactNode {
  const { toasts } = Base.useToastManager<{ tone: Tone }>();
  return toasts.map((each) => (
    <Base.Root
      key={each.id}
      toast={each}
      className={cx(css['toast'], css[each.data?.tone ?? 'neutral'])}
    >
      <Base.Content className={css['content']}>
        <Base.Title className={css['title']} render={<p />} />
        <Base.Description className={css['text']} />
        <Base.Action className={css['action']} />
        <Base.Close className={css['close']} aria-label="Dismiss">
          <X size={14} aria-hidden />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
