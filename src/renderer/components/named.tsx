import type { ReactNode } from 'react';

/** A label, name, note or tag among other text: whichever way its letters run, what stands around it keeps its order. */
export function Named({ children }: { children: string }): ReactNode {
  return <bdi>{children}</bdi>;
}
