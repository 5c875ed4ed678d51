import { isPrimaryInstance } from './app/boot-order.ts';
import { app } from 'electron';

if (isPrimaryInstance) {
  // Awaiting `ready` at the top level would deadlock, and a second instance should load nothing more.
  void app.whenReady().then(async () => {
    const { startDesk } = await import('./desk.ts');
    startDesk();
  });
}
