import type * as clientList from '../client-list.ts';
import type { CacheDb } from '../open.ts';
import { overview } from '../reconciliation.ts';
import { historyLandmarks } from './history-landmarks.ts';
import { historyPage, historySummary } from './history-repo.ts';

/**
 * The questions the query worker answers, each by a function of the database and one input. What goes in and out
 * is cloned between threads, so it is plain data.
 */
export const answers = {
  page: historyPage,
  landmarks: historyLandmarks,
  summary: historySummary,
  overview,
  clientsPage: ofClients((list) => list.clientsPage),
  allClients: ofClients((list) => list.allClients),
  clientNames: ofClients((list) => list.clientNames),
  clientsReading: ofClients((list) => list.clientsReading),
  clientAttention: ofClients((list) => list.clientAttention),
};

/** The code that judges addresses is large: nobody waits for it who asks for something else. */
function ofClients<In, Out>(pick: (list: typeof clientList) => (db: CacheDb, input: In) => Out) {
  return async (db: CacheDb, input: In): Promise<Out> =>
    pick(await import('../client-list.ts'))(db, input);
}

type Answers = typeof answers;
export type Question = keyof Answers;
export type Input<Name extends Question> = Parameters<Answers[Name]>[1];
export type Answer<Name extends Question> = Awaited<ReturnType<Answers[Name]>>;
