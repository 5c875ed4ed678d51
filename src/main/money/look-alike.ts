/** As many as people compare, and more than chance makes equal. */
const COMPARED = 4;

/**
 * Can the two be mistaken for each other by who looks at their ends only? Same first or last characters,
 * another middle: how addresses are forged to be copied from a history. Case is left out, as the eye does.
 */
export function looksAlike(one: string, other: string): boolean {
  const [a, b] = [distinctive(one), distinctive(other)];
  if (a === b) return false;
  return a.slice(0, COMPARED) === b.slice(0, COMPARED) || a.slice(-COMPARED) === b.slice(-COMPARED);
}

/** Without what all addresses of a kind share: `bc1q`, `tb1p`, or the first character of Base58. */
function distinctive(address: string): string {
  return address.toLowerCase().replace(/^(?:(?:bc|tb)1.|.)/, '');
}
