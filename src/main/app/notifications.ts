import { Notification } from 'electron';

/** Shows a system notification where the system has them; the page shows the same as a notice. */
export function notify(message: { title: string; body: string }, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification(message);
  notification.on('click', onClick);
  notification.show();
}
