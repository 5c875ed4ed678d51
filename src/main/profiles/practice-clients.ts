import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { AppError } from '#shared/errors.ts';
import { PRACTICE_STATE_FILE } from './practice-server.ts';

/** Of the server's state only what is needed to find the clients it made for the demo. */
const stateSchema = z.object({ clients: z.array(z.object({ uid: z.string() })) });

/** Invented names for the demo's clients, in the order in which the server makes them. */
const labels = [
  'Harbour Coffee Roasters',
  'Lindqvist Marine',
  'Atlas Bicycle Works',
  'Quill & Ledger Books',
  'Tamarind Kitchens',
  'Northgate Optics',
  'Saltmarsh Brewing',
  'Verano Solar',
  'Plover Aviation Parts',
  'Juniper Veterinary',
  'Copperline Records',
  'Meridian Tea House',
];

export type PracticeClient = { uid: string; label: string };

/**
 * The clients the practice server began with. The API lists none, so the app's registry is told of them when
 * Practice is opened for the first time. To be called once the server runs.
 * @param directory folder of the Practice profile
 * @throws AppError storage_failed when the server's state cannot be read
 */
export function readPracticeClients(directory: string): PracticeClient[] {
  try {
    const text = readFileSync(join(directory, PRACTICE_STATE_FILE), 'utf8');
    const { clients } = z.parse(stateSchema, JSON.parse(text));
    return labels.flatMap((label, index) => {
      const client = clients[index];
      return client ? [{ uid: client.uid, label }] : [];
    });
  } catch (error) {
    throw new AppError('storage_failed', 'The clients of the practice server cannot be read.', {
      cause: error,
    });
  }
}
