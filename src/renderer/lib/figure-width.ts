import { useSyncExternalStore } from 'react';

/** Of one character in a table, in px: digits are all equally wide there. */
const widths = new Map<string, number>();
let generation = 0;

/** How wide a figure is drawn in a table, in px, so that a column is never too narrow for one. */
export function figurePx(text: string): number {
  let px = 0;
  for (const character of text) px += widths.get(character) ?? measure(character);
  return Math.ceil(px);
}

function measure(character: string): number {
  const span = document.createElement('span');
  span.textContent = character.repeat(10);
  span.className = 'figure-measure';
  document.body.append(span);
  const px = span.getBoundingClientRect().width / 10;
  span.remove();
  widths.set(character, px);
  return px;
}

function subscribe(listener: () => void): () => void {
  const onFonts = (): void => {
    widths.clear();
    generation += 1;
    listener();
  };
  document.fonts.addEventListener('loadingdone', onFonts);
  return () => document.fonts.removeEventListener('loadingdone', onFonts);
}

/** Changes when figures have to be measured anew: the typeface may come after the first of them. */
export function useFigureGeneration(): number {
  return useSyncExternalStore(subscribe, () => generation);
}
