import { userInfo } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { settingsSchema, type Settings } from '#shared/domain/app.ts';
import { AppError } from '#shared/errors.ts';
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
}): SettingsStore {
  const file = openJsonFile({
    ...options,
    path: join(options.directory, 'settings.json'),
    version: FILE_VERSION,
    schema: fileSchema,
  });
  let settings = file.read()?.settings ?? null;
  return {
    get: () => (settings ??= defaultSettings()),
    theme: () => settings?.theme ?? DEFAULT_THEME,
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

function defaultSettings(): Settings {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return { theme: DEFAULT_THEME, timeZone, operator: accountName() };
}

/** `userInfo` throws where the account has no entry, as in some containers. */
function accountName(): string {
  try {
    return userInfo().username.slice(0, 60) || 'operator';
  } catch {
    return 'operator';
  }
}
