import { useEffect, type ReactNode, type RefObject } from 'react';
import { useLocation } from 'wouter';
import { listen } from '../lib/ipc.ts';
import { places } from './places.ts';

/** Ctrl/Cmd and a number, and wherever a menu or a notification points. */
export function useShortcuts(): void {
  const [, navigate] = useLocation();
  useEffect(() => listen('app.navigate', ({ to }) => navigate(to)), [navigate]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const place = places.find(({ key }) => key === event.key);
      if (!place) return;
      event.preventDefault();
      navigate(place.href);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [navigate]);
}

/**
 * Moves the focus to the new page's heading, as a browser does with a new document. Stands beside the page
 * inside Suspense: its effect runs once the page's chunk has loaded. `arrivedAt` is the shell's, since this
 * is mounted anew with every page.
 */
export function PageArrival({
  main,
  location,
  arrivedAt,
}: {
  main: RefObject<HTMLElement | null>;
  location: string;
  arrivedAt: RefObject<string>;
}): ReactNode {
  useEffect(() => {
    if (arrivedAt.current === location) return;
    arrivedAt.current = location;
    const heading = main.current?.querySelector<HTMLElement>('h1');
    (heading ?? main.current)?.focus({ preventScroll: true });
    main.current?.scrollTo(0, 0);
  }, [location, main, arrivedAt]);
  return null;
}

/** Dialogs give the focus back a moment after they close; what is done sooner would take it from them. */
const SETTLED_MS = 60;

/**
 * Where a step, a dialog or an answer takes away what had the focus, the focus goes to what took its place: the heading of
 * the page, or the dialog that is open. Otherwise it would fall to the document, and a keyboard begins at the top again.
 */
export function useFocusKeeper(): void {
  useEffect(() => {
    let last: Element | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLost = (): boolean =>
      last !== null && !last.isConnected && document.activeElement === document.body;
    const onFocus = ({ target }: FocusEvent): void => {
      last = target instanceof Element ? target : null;
    };
    const observer = new MutationObserver(() => {
      if (!isLost()) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (isLost()) placeOfFocus()?.focus({ preventScroll: true });
      }, SETTLED_MS);
    });
    document.addEventListener('focusin', onFocus);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener('focusin', onFocus);
      observer.disconnect();
    };
  }, []);
}

function placeOfFocus(): HTMLElement | null {
  const dialogs = document.querySelectorAll<HTMLElement>('[role="dialog"], [role="alertdialog"]');
  // Notices are dialogs too, and not what one was doing.
  const open = [...dialogs].filter((dialog) => dialog.closest('[data-notices]') === null);
  const heading = document.querySelector<HTMLElement>('main h1');
  return open.at(-1) ?? heading ?? document.querySelector<HTMLElement>('main');
}
