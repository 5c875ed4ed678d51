import { getCACertificates, setDefaultCACertificates } from 'node:tls';

let done = false;

/**
 * Lets https trust what the operating system trusts, as offices with a certificate authority of their own need;
 * `node:https` knows only the list it was built with. Reading the system's list takes a while, so this is done
 * once, before the first https request.
 */
export function trustSystemCertificates(): void {
  if (done) return;
  done = true;
  setDefaultCACertificates([...getCACertificates('default'), ...getCACertificates('system')]);
}
