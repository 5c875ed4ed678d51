/** What the records hold, as an operator knows it. */
export type RecordsPart = 'clients' | 'requests' | 'notes' | 'guards' | 'rates' | 'audit';

/** The records database of a profile is damaged: what could be read of it is shown, and nothing is written or sent. */
export type RecordsDamage = {
  /** The damaged file, left as it is. */
  path: string;
  /** Where its byte-for-byte copy lies; null when the file is missing or empty. */
  copyPath: string | null;
  /** What could not be read to its end. */
  incomplete: RecordsPart[];
  /** What was changed outside the app, in words; null where the file is at fault. */
  misfit: string | null;
};

/**
 * The records are not the continuation of those that were written last: an `older` copy, or they went on `elsewhere`,
 * on another machine or account. What waited was discarded.
 */
export type Restored = { atMs: number; why: 'older' | 'elsewhere'; discarded: number };
