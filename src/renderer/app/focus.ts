import { useEffect } from 'react';

/** Dialogs give the focus back a moment after they close; what is done sooner would take it from them. */
const SETTLED_MS = 60;

/**
 * Where a step, a dialog or an answer takes away or disables what had the focus, the focus goes to what took its place: the
 * heading of the page, or the dialog that is open. Otherwise it would fall to the document, and a keyboard begins at the top
 * again.
 */
export function useFocusKeeper(): void {
  useEffect(() => {
    let last: Element | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLost = (): boolean =>
      last !== null &&
      (!last.isConnected || last.matches(':disabled')) &&
      document.activeElement === document.body;
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
    observer.observe(document.body, {
      childList: true,
      subtree: true,
      attributeFilter: ['disabled'],
    });
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

/**
 * Once a form that was submitted is done, the first field that it refuses has the focus: it says what to do, and is where
 * that is done.
 */
export function useProblemFocus(): void {
  useEffect(() => {
    let form: HTMLFormElement | null = null;
    const look = (): void => {
      const fields = [...(form?.elements ?? [])];
      // The answer is still awaited.
      if (fields.some((field) => field.ariaBusy === 'true')) return;
      form = null;
      const wrong = fields.find((field) => field.ariaInvalid === 'true');
      if (wrong instanceof HTMLElement) wrong.focus();
    };
    const observer = new MutationObserver(() => form !== null && look());
    const onSubmit = ({ target }: SubmitEvent): void => {
      form = target instanceof HTMLFormElement ? target : null;
      // Once the form has drawn what it makes of it.
      setTimeout(look);
    };
    document.addEventListener('submit', onSubmit);
    observer.observe(document.body, { subtree: true, attributeFilter: ['aria-busy'] });
    return () => {
      document.removeEventListener('submit', onSubmit);
      observer.disconnect();
    };
  }, []);
}
