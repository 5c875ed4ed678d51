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
