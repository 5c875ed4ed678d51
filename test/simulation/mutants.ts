import { one, type Mutant } from './mutant.ts';
import { guardMutants } from './mutants-guards.ts';

const withoutUniqueTid = {
  file: 'storage/records/migrations/002-intents.ts',
  from: 'CREATE UNIQUE INDEX intents_one_per_server_tid',
  to: 'CREATE INDEX intents_one_per_server_tid',
};

/** What is signed is held against the review once more. */
const notComparedAtLast = {
  file: 'money/confirm.ts',
  from: 'if (reviewHash(intent, profile()) !== agreed) {',
  to: "if (agreed === '' && profile()) {",
};

const moneyMutants: readonly Mutant[] = [
  one(
    'sent before the journal says so',
    'money/confirm.ts',
    '    intent = await markSent(context, confirmation, limit);',
    `    await post(context, context.journal.get(confirmation.id));
    intent = await markSent(context, confirmation, limit);`,
  ),
  {
    name: 'a second confirm may send again',
    edits: [
      {
        file: 'money/confirm.ts',
        from: `    checkConfirmable(context, confirmation, read?.rows ?? []);
  });`,
        to: '  });',
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
    'answer = await http.post(signed, { timeoutMs, mayStart });',
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
    'storage/records/migrations/009-outcomes.ts',
    'CREATE UNIQUE INDEX intents_one_open',
    'CREATE INDEX intents_one_open',
  ),
  {
    name: 'the amount of the confirm call is sent',
    edits: [
      {
        file: 'money/confirm.ts',
        from: '    intent = await markSent(context, confirmation, limit);',
        to: '    intent = { ...(await markSent(context, confirmation, limit)), ...confirmation };',
      },
      notComparedAtLast,
    ],
  },
  {
    name: 'the hash of the review is not compared',
    edits: [
      {
        file: 'money/confirm.ts',
        from: 'if (hash !== reviewHash(intent, context.profile())) {',
        to: "if (hash === '') {",
      },
      notComparedAtLast,
    ],
  },
  one(
    'the typed characters are not compared',
    'money/confirm.ts',
    'if (intent.address !== null && typed?.trim() !== intent.address.slice(-6)) {',
    'if (intent.address !== null && typed === null) {',
  ),
  one(
    'the environment is not asked again',
    'money/before-sending.ts',
    'if (answered !== expected) {',
    "if (answered === '' && expected) {",
  ),
  one(
    'an expired rate is bought at',
    'money/quotes.ts',
    'if (isOld || facts.dateMs >= endsAtMs) {',
    'if (facts.dateMs === 0 && isOld) {',
  ),
  one(
    'a price that a newer reading has ended is bought at',
    'money/quotes.ts',
    'if (rate.buyPriceCents === quotedPriceCents) return null;',
    'if (rate.buyPriceCents > 0) return null;',
  ),
  one(
    'what the history alone knows counts for no repeat',
    'money/paid.ts',
    'const listed = listedWithinDay(context, clientUid, fresh);',
    'const listed = listedWithinDay(context, clientUid, fresh).slice(0, 0);',
  ),
  one(
    'a day is measured by this machine',
    'money/paid.ts',
    'const own = paymentsSince(records, nowMs - DAY_MS);',
    'const own = paymentsSince(records, context.now() - DAY_MS);',
  ),
  one(
    'what was dated while nothing showed that time passed is of no day',
    'bitpro/clock.ts',
    'sinceMs - Math.max(0, aheadMs - former.aheadMs)',
    'sinceMs',
  ),
  one(
    'what may have gone is still there to be spent',
    'money/policy.ts',
    'const leftSats = Math.max(0, balanceSats - onItsWaySats);',
    'const leftSats = Math.max(0, balanceSats - onItsWaySats * 0);',
  ),
  one(
    'a review never ends',
    'money/confirm.ts',
    'if (ageMs <= REVIEW_GOOD_FOR_MS) return;',
    'if (ageMs <= REVIEW_GOOD_FOR_MS * 1e6) return;',
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
    // Guards in a row: what was known before, the baseline, the index, and what the database itself forbids.
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
        file: 'storage/records/migrations/009-outcomes.ts',
        from: 'WHEN NEW.server_tid IS NOT NULL AND EXISTS (',
        to: "WHEN NEW.server_tid = '' AND EXISTS (",
      },
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
    'a refusal counts without a look at the history',
    'money/confirm.ts',
    'reply.isRefusal\n    ? await',
    'reply.isRefusal && reply.answer.serverTid !== null\n    ? await',
  ),
  one(
    'every 401 is a refusal',
    'bitpro/errors.ts',
    'status === 401 && body.errors.every(isAboutAuthentication)',
    'status === 401 && body.errors.length > 0',
  ),
  one(
    '“it did not go” is taken while the history shows it',
    'money/against-history.ts',
    'if (fits !== undefined) {',
    "if (fits?.tid === '') {",
  ),
  one(
    'what has ended is not held against new rows',
    'money/afterwards.ts',
    'return row === undefined ? [] : [{ intent, row }];',
    "return row?.tid !== '' ? [] : [{ intent, row }];",
  ),
  one(
    'a reading may lack what is known',
    'money/history-reading.ts',
    'if (missing === undefined) return null;',
    "if (missing !== '') return null;",
  ),
  one(
    'a client that does not tie out is cleared',
    'money/settle.ts',
    'if (difference === 0) return null;',
    'if (difference !== null) return null;',
  ),
  one(
    'a jump of a clock counts as time that passed',
    'money/waiting.ts',
    `  if (from.era !== to.era) return null;
  return Math.min(guardMs, Math.max(0, to.monotonicMs - from.monotonicMs));`,
    '  return guardMs;',
  ),
  one(
    'one person clears what Bitpro itself named',
    'money/by-hand.ts',
    'second: isNamed || (hasApprovers && (!isRead || doubtful !== null)),',
    'second: hasApprovers && (!isRead || doubtful !== null),',
  ),
  one(
    'a new row that is dated before the request does not exist',
    'money/matching.ts',
    "return isWhole && fits ? 'new' : 'doubtful';",
    "return isWhole && fits && createdAtMs > floorMs ? 'new' : 'old';",
  ),
  one(
    'what was answered and is never listed is not told',
    'money/sightings.ts',
    'if (isSeen || problem === null) keep(id, isSeen);',
    'if (isSeen) keep(id, isSeen);',
  ),
  one(
    'a new row that nothing explains stops nothing',
    'money/matching.ts',
    "if (unexplained.length === 0) return { kind: 'none' };",
    "if (unexplained.length >= 0) return { kind: 'none' };",
  ),
  one(
    'by hand any row of the kind will do',
    'money/by-hand.ts',
    'word: differs || isUnread ? endOf(row.tid) : null,',
    'word: null,',
  ),
  one(
    'what is still being sent is taken for interrupted, and its answer is thrown away',
    'money/journal.ts',
    "if (mustGet(id).state !== 'sent') return answerLate(id, reply, alongside);",
    "if (mustGet(id).state !== 'sent') throw alreadyMoved();",
  ),
];

export const mutants: readonly Mutant[] = [...moneyMutants, ...guardMutants];
