import { Notification } from 'electron';

/** One that nobody holds is collected, and its click is lost (docs/api/notification.md). */
const shown = new Set<Notification>();
/** Systems keep old ones in a list and tell of no end; the click on one of these is still heard. */
const MOST_HELD = 50;

/** Shows a system notification where the system has them; the page shows the same as a notice. */
export function notify(
  message: { title: string; body: string },
  on: { click: () => void; failed: (reason: string) => void },
): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification(message);
  const release = (): void => void shown.delete(notification);
  notification.on('click', () => {
    release();
    on.click();
  });
  notification.on('close', release);
  notification.on('failed', (_event, reason) => {
    release();
    on.failed(reason);
  });
  shown.add(notification);
  const [oldest] = shown;
  if (shown.size > MOST_HELD && oldest !== undefined) shown.delete(oldest);
  notification.show();
}
