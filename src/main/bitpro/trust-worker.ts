import { getCACertificates } from 'node:tls';
import { parentPort } from 'node:worker_threads';

/** Entry of the thread that reads which authorities the system trusts beside those of Node's own list. */
const known = new Set(getCACertificates('default'));
parentPort?.postMessage(getCACertificates('system').filter((pem) => !known.has(pem)));
