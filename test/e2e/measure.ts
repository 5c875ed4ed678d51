import type { Page } from 'playwright-core';

/**
 * What is wrong with the figures of the page that is open, a line each: a digit that is cut off, that something else covers,
 * or that no scrolling brings into the window; and anything that makes the page itself scroll sideways.
 */
export async function cutFigures(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const amount = /\d[\d,]*\.\d{2}(?:\d{6})?(?!\d)/;
    const found: string[] = [];
    const root = document.scrollingElement ?? document.documentElement;
    const main = document.querySelector('main');
    // What is behind a dialog is not what is read.
    const within =
      [...document.querySelectorAll('[role="dialog"]')]
        .filter((dialog) => dialog.closest('[data-notices]') === null)
        .at(-1) ?? document.body;
    for (const element of [root, ...(main ? [main] : [])]) {
      const over = element.scrollWidth - element.clientWidth;
      if (over <= 1) continue;
      const edge = element.getBoundingClientRect().left + element.clientWidth;
      const wide = [...element.querySelectorAll('*')].filter(
        (each) => each.getBoundingClientRect().right > edge + 1,
      );
      const names = wide.slice(0, 3).map((each) => `${each.tagName}.${each.className}`);
      found.push(`${element.tagName} scrolls sideways by ${over} px: ${names.join(', ')}`);
    }
    const isShown = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      element.closest('[aria-hidden="true"], [inert]') === null &&
      element.getBoundingClientRect().width > 1;

    function check(text: string, element: Element, rectOf: () => DOMRect): void {
      element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
      const rect = rectOf();
      const problem = (what: string): void => void found.push(`“${text}” ${what}`);
      for (let each: Element | null = element; each; each = each.parentElement) {
        const { overflowX, display } = getComputedStyle(each);
        if (overflowX === 'visible' || display === 'inline') continue;
        const box = each.getBoundingClientRect();
        const isCut = rect.left < box.left - 1 || rect.right > box.right + 1;
        const what = `${Math.round(rect.left)}–${Math.round(rect.right)} of ${Math.round(box.left)}–${Math.round(box.right)}`;
        if (isCut) return problem(`is cut by ${each.tagName}.${each.className}: ${what}`);
      }
      if (rect.left < -1 || rect.right > innerWidth + 1) return problem('leaves the window');
      const middle = (rect.top + rect.bottom) / 2;
      if (middle < 0 || middle > innerHeight) return problem('cannot be scrolled to');
      for (const x of [rect.left + 1, (rect.left + rect.right) / 2, rect.right - 1]) {
        const hit = document.elementFromPoint(x, middle);
        const isSeen = hit !== null && (element.contains(hit) || hit.contains(element));
        if (!isSeen) return problem(`is covered by ${hit?.tagName}.${hit?.className}`);
      }
    }

    const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
    const texts: Node[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    let seen = 0;
    for (const node of texts) {
      const match = amount.exec(node.textContent ?? '');
      const element = node.parentElement;
      if (!match || !element || !isShown(element)) continue;
      seen += 1;
      check(match[0], element, () => {
        const range = document.createRange();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        const rects = range.getClientRects();
        if (rects.length > 1) found.push(`“${match[0]}” is broken over ${rects.length} lines`);
        return range.getBoundingClientRect();
      });
    }
    for (const input of within.querySelectorAll('input')) {
      if (!amount.test(input.value) || !isShown(input)) continue;
      seen += 1;
      if (input.scrollWidth > input.clientWidth) found.push(`“${input.value}” is cut in its field`);
      check(input.value, input, () => input.getBoundingClientRect());
    }
    if (seen === 0) found.push('no figure at all');
    return found;
  });
}
