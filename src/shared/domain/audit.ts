/** One link of the hash chain: `hash` covers every other field, `prevHash` included. */
export type AuditEntry = {
  seq: number;
  atMs: number;
  actor: string;
  /** noun.verb, e.g. `intent.sent`. */
  action: string;
  subject: string;
  /** JSON without secrets. */
  detail: string;
  prevHash: string;
  hash: string;
};
