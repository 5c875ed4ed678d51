import { Toast as Base } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import { plural } from '../lib/format.ts';
import type { Tone } from './badge.tsx';
import css from './toasts.module.css';

type ToastOptions = {
  tone: Tone;
  title: string;
  text?: string;
  action?: { label: string; onClick: () => void };
};

const PASSING_MS = 5000;
/** What is said this shortly before or after a step to another screen is about that step. */
const SAME_STEP_MS = 1000;

/** `era` counts the profiles that were left: a toast fades out, and one of a former era must not be seen at all. */
type ToastData = { tone: Tone; era: number };

const manager = Base.createToastManager<ToastData>();
let era = 0;
/** Shown and not urgent; some may be closed already. */
let passing: { id: string; shownAtMs: number }[] = [];
/** By tone and title, while they are shown: what is said again is counted and not stacked. */
const shown = new Map<string, { id: string; times: number }>();

/** Says once that something happened. What must not be missed belongs in a Banner. */
export const toast = {
  show({ tone, title, text, action }: ToastOptions): void {
    const key = `${tone} ${title}`;
    const same = shown.get(key);
    if (same !== undefined) {
      same.times += 1;
      const others = `and ${plural(same.times - 1, 'more', 'more')} like it`;
      manager.update(same.id, { description: text === undefined ? others : `${text} (${others})` });
      return;
    }
    const id = manager.add({
      title,
      onClose: () => shown.delete(key),
      ...(text === undefined ? {} : { description: text }),
      data: { tone, era },
      timeout: tone === 'danger' ? 0 : PASSING_MS,
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
    shown.set(key, { id, times: 1 });
    if (tone !== 'danger') passing.push({ id, shownAtMs: Date.now() });
  },
  /** On the way to another screen: what was said about the last one goes, unless it is an error. */
  leave(): void {
    const isOver = (each: { shownAtMs: number }): boolean =>
      Date.now() - each.shownAtMs > SAME_STEP_MS;
    for (const { id } of passing.filter(isOver)) manager.close(id);
    passing = passing.filter((each) => !isOver(each));
  },
  /** When a profile is left: what it had to say is over at once. */
  clear(): void {
    era += 1;
    shown.clear();
    manager.close();
  },
};

/** A strip of the window of its own, below the screen: what is said covers nothing. */
export function ToastViewport(): ReactNode {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      <Base.Viewport className={css['viewport']} data-notices>
        <ToastList />
      </Base.Viewport>
    </Base.Provider>
  );
}

function ToastList(): ReactNode {
  const { toasts } = Base.useToastManager<ToastData>();
  const current = toasts.filter(({ data }) => data?.era === era);
  return current.map((each) => (
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
