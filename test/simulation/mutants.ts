/** A seeded bug: edits of the sources, each at a place that occurs once. */
export type Mutant = {
  name: string;
  /** `file` below src/main. */
  edits: readonly { file: string; from: string; to: string }[];
};

const one = (name: string, file: string, from: string, to: string): Mutant => ({
  name,
  edits: [{ file, from, to }],
});

const withoutUniqueTid = {
  file: 'storage/records/migrations/002-intents.ts',
  from: 'CREATE UNIQUE INDEX intents_one_per_server_tid',
  to: 'CREATE INDEX intents_one_per_server_tid',
};

export const mutants: readonly Mutant[] = [
  one(
    'sent before the journal says so',
    'money/confirm.ts',
    `  const intent = context.journal.markSent(confirmation.id, confirmation.reviewHash, baseline, () =>
    checkConfirmable(context, confirmation),
  );
  context.onChanged(intent);
  const answered = await sendOnce(context, intent);`,
    `  const early = await post(context, context.journal.get(confirmation.id));
  const intent = context.journal.markSent(confirmation.id, confirmation.reviewHash, baseline, () =>
    checkConfirmable(context, confirmation),
  );
  const answered = context.journal.answer(intent.id, early.answer);`,
  ),
  {
    name: 'a second confirm may send again',
    edits: [
      {
        file: 'money/confirm.ts',
        from: `baseline, () =>
    checkConfirmable(context, confirmation),
  );`,
        to: 'baseline);',
      },
      {
        file: 'money/journal.ts',
        from: 'if (!write(atMs)) throw alreadyMoved();',
        to: 'write(atMs);',
      },
      {
        file: 'money/journal.ts',
        from: "if (mustGet(id).state !== 'journaled') return false;",
        to: '',
      },
    ],
  },
  one('5xx is a rejection', 'bitpro/errors.ts', 'status < 500 && !doubt', 'status < 600 && !doubt'),
  one(
    '408, 409, 429 are rejections',
    'bitpro/errors.ts',
    'new Set([407, 408, 409, 429])',
    'new Set([])',
  ),
  one(
    'an unknown error is a rejection',
    'bitpro/errors.ts',
    'body.errors.every((error) => error.known !== null)',
    'body.errors.length > 0',
  ),
  one(
    'a 2xx that cannot be read is a rejection',
    'bitpro/poster.ts',
    `      return {
        kind: 'unknown',
        reason: \`\${host} answered with status \${answer.status}, but \${detail}.\`,
      };`,
    `      return {
        kind: 'rejected',
        error: { code: 'bad_response', message: \`It failed: \${detail}\`, retryable: false },
      };`,
  ),
  one(
    'sent again after a reset',
    'bitpro/poster.ts',
    'answer = await http.post(signed, { timeoutMs });',
    'answer = await http.post(signed, { timeoutMs }).catch(() => http.post(signed, { timeoutMs }));',
  ),
  one(
    'a broken connection is a rejection',
    'bitpro/poster.ts',
    'if (error.mayHaveSent) {',
    "if (error.mayHaveSent && error.failure !== 'broken') {",
  ),
  one(
    'a timeout is a rejection',
    'bitpro/poster.ts',
    'if (error.mayHaveSent) {',
    "if (error.mayHaveSent && error.failure !== 'timeout') {",
  ),
  one(
    'equal POSTs within one second carry one signature',
    'bitpro/poster.ts',
    'if (!usedCanonicalStrings.has(signed.canonicalString)) {',
    'if (signed.canonicalString !== null) {',
  ),
  one(
    'an equal intent may be open beside another',
    'storage/records/migrations/002-intents.ts',
    'CREATE UNIQUE INDEX intents_one_open',
    'CREATE INDEX intents_one_open',
  ),
  one(
    'the amount of the confirm call is sent',
    'money/confirm.ts',
    `  const intent = context.journal.markSent(confirmation.id, confirmation.reviewHash, baseline, () =>
    checkConfirmable(context, confirmation),
  );
`,
    `  const marked = context.journal.markSent(confirmation.id, confirmation.reviewHash, baseline, () =>
    checkConfirmable(context, confirmation),
  );
  const intent = { ...marked, ...confirmation };`,
  ),
  one(
    'the hash of the review is not compared',
    'money/confirm.ts',
    'if (hash !== reviewHash(intent, context.profile())) {',
    "if (hash === '') {",
  ),
  one(
    'the typed characters are not compared',
    'money/confirm.ts',
    'if (intent.address !== null && typed?.trim() !== intent.address.slice(-6)) {',
    'if (intent.address !== null && typed === null) {',
  ),
  one(
    'the environment is not asked again',
    'money/confirm.ts',
    'if (answered === expected) return;',
    "if (answered !== '' || expected) return;",
  ),
  one(
    'an expired rate is bought at',
    'money/policy.ts',
    'if (expiresAtMs === null || serverNowMs < expiresAtMs) return null;',
    'if (expiresAtMs === null || serverNowMs > 0) return null;',
  ),
  one(
    'what was being sent stays so after a restart',
    'money/journal.ts',
    "({ id, state }) => state === 'sent' && !isBeingSent(records, id),",
    "({ id, state }) => state === 'discarded' && !isBeingSent(records, id),",
  ),
  one(
    'what was being sent is rejected after a restart',
    'money/journal.ts',
    'answer(intent.id, unanswered(intent, INTERRUPTED_REASON))',
    "answer(intent.id, { ...unanswered(intent, INTERRUPTED_REASON), state: 'rejected' })",
  ),
  one(
    'another amount than asked for is a confirmation',
    'money/outcomes.ts',
    'if (amountSats === intent.amountSats && address === intent.address) {',
    'if (address === intent.address) {',
  ),
  {
    // Three guards in a row: what was known before, the baseline, and the index.
    name: 'an answer that names an older transaction is believed',
    edits: [
      {
        file: 'money/confirm.ts',
        from: 'const baseline = findBaseline(records, id);',
        to: 'const baseline = null as ReturnType<typeof findBaseline>;',
      },
      {
        file: 'money/confirm.ts',
        from: '(clientUid !== null && isTidSettled(records, clientUid, transaction.tid)),',
        to: "(clientUid === '' && isTidSettled(records, '', transaction.tid)),",
      },
      withoutUniqueTid,
      {
        file: 'storage/records/migrations/003-settling.ts',
        from: 'WHEN NEW.server_tid IS NOT NULL AND EXISTS (',
        to: "WHEN NEW.server_tid = '' AND EXISTS (",
      },
    ],
  },
  one(
    'of what was before, only what the baseline names is known',
    'money/confirm.ts',
    "(baseline !== null && newnessOf(baseline, transaction, true) !== 'new') ||",
    "(baseline !== null && newnessOf({ ...baseline, older: new Set() }, transaction, true) === 'old') ||",
  ),
  {
    name: 'one transaction settles two intents',
    edits: [
      {
        file: 'storage/records/intents-repo.ts',
        from: 'return prepared(db).withTid.get(clientUid, tid) !== undefined;',
        to: "return prepared(db).withTid.get(clientUid, tid === '' ? tid : '') !== undefined;",
      },
      withoutUniqueTid,
    ],
  },
  one(
    'sent although the journal could not be written',
    'money/journal.ts',
    `return stored('Nothing was sent.', () =>
        move(id, 'intent.sent', detail,`,
    `const orStay = (run: () => JournaledIntent) => {
        try {
          return run();
        } catch {
          return mustGet(id);
        }
      };
      return orStay(() =>
        move(id, 'intent.sent', detail,`,
  ),
  one(
    'the history before the request counts too',
    'money/matching.ts',
    "if (tids.has(tid) || older.has(tid)) return 'old';",
    "if (tids.has('') || older.has(tid)) return 'old';",
  ),
  one(
    'no settle delay',
    'money/waiting.ts',
    'if (!complete || matches > 0 || waitedMs <= settleDelayMs) continue;',
    'if (!complete || matches > 0 || waitedMs <= 0) continue;\n    if (firstMs !== null) return true;',
  ),
  one(
    'a single reading clears',
    'money/waiting.ts',
    'if (!complete || matches > 0 || waitedMs <= settleDelayMs) continue;',
    'if (complete && matches === 0) return true;',
  ),
  one(
    'the first of several matches is taken',
    'money/matching.ts',
    'more.length > 0',
    'more.length > 99',
  ),
  one(
    'any withdrawal to the address matches',
    'money/matching.ts',
    'return isSameAddress && amountSats >= minSats && amountSats <= maxSats;',
    'return isSameAddress && amountSats >= Math.min(minSats, 1) && maxSats > 0;',
  ),
  one(
    'a transaction that settled another intent matches',
    'money/matching.ts',
    'if (isSettled(row.tid)) return false;',
    "if (isSettled('')) return false;",
  ),
  one(
    'a transaction that fits two open requests settles the first',
    'money/matching.ts',
    'if (isOfAnother(row, open)) {',
    'if (open.length > 99) {',
  ),
  one(
    'what waits for a decision is sent at start',
    'money/intents.ts',
    'return journal.recover();',
    `for (const { id } of listIntents(deps.records, { openOnly: true })) {
        const { reviewHash, intent } = drawReview(context, journal.get(id));
        const typed = intent.address?.slice(-6) ?? null;
        void confirmIntent(context, { id, reviewHash, typed }).catch(() => undefined);
      }
      return journal.recover();`,
  ),
];
