import { EventEmitter } from 'node:events';
import { createEvent } from './modelled.ts';
import { rigRecord } from './system.ts';

/** `RIG_NOTIFICATIONS=fail`: the system refuses them, as macOS does to an app without a signature. */
const doFail = process.env['RIG_NOTIFICATIONS'] === 'fail';

/** What was shown is held by nobody here: one that the app lets go of is collected, and its click is lost. */
const shown: WeakRef<Notification>[] = [];

export class Notification extends EventEmitter {
  readonly title: string;
  readonly body: string;

  constructor({ title = '', body = '' }: { title?: string; body?: string } = {}) {
    super();
    this.title = title;
    this.body = body;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    if (doFail) {
      this.emit('failed', createEvent({}), 'Notifications are not allowed for this application');
      return;
    }
    rigRecord.notified.push({ title: this.title, body: this.body });
    shown.push(new WeakRef(this));
    this.emit('show', createEvent({}));
  }

  close(): void {
    this.emit('close', createEvent({ reason: 'userCanceled' }));
  }
}

/** For tests, in `rigRecord`: false when nobody is there any more to hear it. */
rigRecord.clickNotification = (index) => {
  const notification = shown.at(index)?.deref();
  notification?.emit('click', createEvent({}));
  return notification !== undefined;
};
