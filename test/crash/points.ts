import type { ServerResponse } from 'node:http';
import { answerAs, type Fault } from '../fault-server/fault-server.ts';

/** As the app asks for a connection for its POST (app-preload.ts). */
const BEFORE_POST = 'before the POST';

/** Where a process is killed by name. */
export type Point = {
  name: string;
  /** A commit of the records, or its POST, at which the process ends itself (app-preload.ts). */
  commit?: string;
  /** How far its POST has come at the service when the process is killed. */
  fault?: (kill: () => void) => Fault;
  /** What the first read after that POST meets. */
  readFault?: (kill: () => void) => Fault;
  /** The app comes there by itself: the operator only waits. */
  waits?: true;
};

/**
 * A round through all points. Their order makes each one reachable: what one kill leaves undone, the next start
 * takes up. `quit` is a life that ends as it should, with time to look into the history.
 */
export const round: readonly (Point | 'quit')[] = [
  commit('before', 'intent.journaled'),
  commit('after', 'intent.journaled'),
  commit('before', 'intent.sent'),
  {
    name: 'the request is there',
    fault: (kill) => kill,
  },
  // It was never executed: recovered, looked up twice, and then cleared.
  { ...commit('before', 'intent.unknown'), waits: true },
  { ...commit('after', 'intent.unknown'), waits: true },
  'quit',
  { ...commit('before', 'intent.cleared by the history'), waits: true },
  { ...commit('after', 'intent.cleared by the history'), waits: true },
  commit('after', 'intent.sent'),
  // The keychain was told of it, and no byte has left.
  { name: BEFORE_POST, commit: BEFORE_POST },
  {
    name: 'the request is executed',
    fault: (kill) => async (_, process) => {
      await process();
      kill();
    },
  },
  {
    name: 'the answer is on its way',
    fault: (kill) => async (response, process) => {
      answerAs(response, await process());
      kill();
    },
  },
  commit('before', 'intent.confirmed'),
  // It was executed: recovered, and found in the history.
  { ...commit('before', 'intent.confirmed by the history'), waits: true },
  { ...commit('after', 'intent.confirmed by the history'), waits: true },
  commit('after', 'intent.confirmed'),
  // A refusal counts only once the history was looked at: killed in the look, it is not known.
  { name: 'a refusal is looked after', fault: () => refuse, readFault: (kill) => kill },
  {
    name: 'a refusal of what was executed is looked after',
    fault: () => async (response, process) => {
      await process();
      refuse(response);
    },
    readFault: (kill) => kill,
  },
  { ...commit('before', 'intent.rejected'), fault: () => refuse },
  { ...commit('after', 'intent.rejected'), fault: () => refuse },
];

export const namedPoints: readonly Point[] = round.filter((step) => step !== 'quit');

function refuse(response: ServerResponse): void {
  const body = JSON.stringify({ errors: 'Address is not a valid bitcoin address' });
  answerAs(response, { status: 422, headers: { 'content-type': 'application/json' }, body });
}

function commit(moment: 'before' | 'after', action: string): Point {
  const name = `${moment} a commit: ${action}`;
  return { name, commit: name };
}
