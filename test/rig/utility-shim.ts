import { EventEmitter } from 'node:events';

/** Gives a forked process what Electron gives a utility process: `process.parentPort`. */
const early: unknown[] = [];

const parentPort = Object.assign(new EventEmitter(), {
  // Copied as Electron copies it: Node's own channel would keep a Buffer.
  postMessage: (message: unknown): void => void process.send?.(structuredClone(message)),
});

// Messages wait for the first listener, as they do in Electron.
parentPort.on('newListener', (event) => {
  if (event === 'message') queueMicrotask(() => early.splice(0).forEach(deliver));
});
process.on('message', (message) => {
  if (parentPort.listenerCount('message') === 0) early.push(message);
  else deliver(message);
});
process.on('disconnect', () => process.exit(0));

function deliver(data: unknown): void {
  parentPort.emit('message', { data, ports: [] });
}

Object.defineProperty(process, 'parentPort', { value: parentPort });
