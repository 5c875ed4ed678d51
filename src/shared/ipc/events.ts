import type { NavigateCommand, Notice } from '../domain/app.ts';
import type { ProfileView } from '../domain/profile.ts';
import type { RateStatus } from '../domain/rate.ts';
import type { ReportProgress } from '../domain/report.ts';
import type { ConnectionStatus, SyncProgress } from '../domain/sync.ts';

/** Everything main tells the renderer unasked. `changed` events carry no data: the renderer asks again. */
export type Events = {
  'profile.changed': ProfileView;
  'connection.changed': ConnectionStatus;
  /** Registry or figures. */
  'clients.changed': null;
  /** Who is in the registry, and under which label. */
  'registry.changed': null;
  'transactions.changed': null;
  'intents.changed': null;
  'records.changed': null;
  'guards.changed': null;
  'rate.changed': RateStatus;
  'sync.progress': SyncProgress;
  'report.progress': ReportProgress;
  'notice.shown': Notice;
  'app.navigate': NavigateCommand;
};
export type EventName = keyof Events;
