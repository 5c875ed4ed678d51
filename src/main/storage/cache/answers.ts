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
};

type Answers = typeof answers;
export type Question = keyof Answers;
export type Input<Name extends Question> = Parameters<Answers[Name]>[1];
export type Answer<Name extends Question> = ReturnType<Answers[Name]>;
