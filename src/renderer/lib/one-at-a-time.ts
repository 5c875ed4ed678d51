/**
 * Runs `work` once at a time: calls during a run end in one more run, however many they are. `isLatest` tells
 * the work whether what it began with is still what is asked; an answer to less is dropped.
 */
export function oneAtATime(work: (isLatest: () => boolean) => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;

  async function runUntilLatest(): Promise<void> {
    do {
      again = false;
      await work(() => !again);
    } while (again);
    running = null;
  }

  return () => {
    if (running) again = true;
    running ??= runUntilLatest();
    return running;
  };
}
