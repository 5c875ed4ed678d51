/**
 * Finds the clients whose uid or label holds a text, by row id, letter case aside. All names are one text: a search
 * visits the clients that it finds, and no others.
 */
export function findNamed(clients: readonly (readonly [id: number, uid: string, label: string])[]) {
  const names = clients.map(([, uid, label]) =>
    `${uid}\n${label}\0`.normalize('NFC').toLowerCase(),
  );
  const text = names.join('');
  const ends: number[] = [];
  for (const name of names) ends.push((ends.at(-1) ?? 0) + name.length);
  return (lower: string): number[] => {
    const ids: number[] = [];
    for (
      let at = text.indexOf(lower), index = 0;
      at !== -1;
      at = text.indexOf(lower, ends[index])
    ) {
      index = firstAbove(ends, at, index);
      const [id] = clients[index] ?? [];
      if (id === undefined) break;
      ids.push(id);
    }
    return ids;
  };
}

/** Index of the first that is greater, from `low` on, in a list in order. */
function firstAbove(list: readonly number[], value: number, low: number): number {
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
