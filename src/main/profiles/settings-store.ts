import { userInfo } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { OPERATOR_NAME, settingsSchema, type Settings } from '#shared/domain/app.ts';
import { AppError } from '#shared/errors.ts';
import { readText } from '#shared/text.ts';
import { isTimeZone } from '#shared/time-zone.ts';
import { openJsonFile, type SetAsideReport } from './json-file.ts';

const FILE_VERSION = 1;
const DEFAULT_THEME = 'system';
const fileSchema = z.strictObject({ version: z.literal(FILE_VERSION), settings: settingsSchema });

export type SettingsStore = {
  get(): Settings;
  /** Asked before there is a window: the default time zone, 10 ms to find, is left until it is wanted. */
  theme(): Settings['theme'];
  /** @throws AppError invalid_input for a zone this runtime does not know */
  save(settings: Settings): Settings;
};

/** Settings of the app, in `settings.json`: they belong to no profile. */
export function openSettingsStore(options: {
  directory: string;
  now: () => number;
  onSetAside: (report: SetAsideReport) => void;
  /** The zone, of the file or of this computer, is none that this runtime knows: times are in UTC. */
  onUnknownZone: (name: string) => void;
}): SettingsStore {
  const file = openJsonFile({
    ...options,
    path: join(options.directory, 'settings.json'),
    version: FILE_VERSION,
    schema: fileSchema,
  });
  const stored = file.read()?.settings;
  let settings: Settings | null = null;

  /** The first use of a zone takes 10 ms, so a stored one is not looked at earlier either. */
  function read(): Settings {
    const found = stored ?? {
      theme: DEFAULT_THEME,
      timeZone: machineZone(),
      operator: accountName(),
      notificationDetails: false,
    };
    if (isTimeZone(found.timeZone)) return found;
    options.onUnknownZone(found.timeZone);
    return { ...found, timeZone: 'UTC' };
  }

  return {
    get: () => (settings ??= read()),
    theme: () => (settings ?? stored)?.theme ?? DEFAULT_THEME,
    save(next) {
      if (!isTimeZone(next.timeZone)) {
        throw new AppError('invalid_input', `There is no time zone "${next.timeZone}".`, {
          field: 'timeZone',
        });
      }
      file.write({ version: FILE_VERSION, settings: next });
      settings = next;
      return settings;
    },
  };
}

/** The types know nothing of it: where TZ in the environment names no zone, there is none here either. */
function machineZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions() as { timeZone?: string };
  return timeZone ?? process.env['TZ'] ?? '';
}

/**
 * `userInfo` throws where the account has no entry, as in some containers. A name that the rule of names does not take
 * would be refused with every other setting that is saved.
 */
function accountName(): string {
  try {
    const name = readText(userInfo().username, OPERATOR_NAME);
    return name.ok ? name.value : 'operator';
  } catch {
    return 'operator';
  }
}
