import * as z from 'zod/mini';
import { plainText, textSchema } from '../text-schema.ts';
import type { TextRule } from '../text.ts';

export const themeSchema = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof themeSchema>;

export const OPERATOR_NAME: TextRule = {
  what: 'The operator’s name',
  max: 60,
  required: true,
  name: true,
};

export const settingsSchema = z.strictObject({
  theme: themeSchema,
  /** IANA name in which times are shown and report days begin. */
  timeZone: plainText(60, 1),
  /** Named in the audit log; starts as the name of the OS account. */
  operator: textSchema(OPERATOR_NAME),
  /** Amounts and clients' names in the system's notifications, which are seen on a locked screen too. */
  notificationDetails: z.prefault(z.boolean(), false),
});
export type Settings = z.infer<typeof settingsSchema>;

export type AppInfo = {
  version: string;
  platform: 'linux' | 'darwin' | 'win32' | 'other';
  /** Null on the first run, until a profile is opened. */
  activeProfileId: string | null;
  settings: Settings;
};

/** A line the operator should see once. */
export type Notice = {
  tone: 'info' | 'success' | 'warning' | 'danger';
  title: string;
  text: string;
};

/** Sent by the native menu and by notifications; the renderer moves there. */
export type NavigateCommand = { to: string };
