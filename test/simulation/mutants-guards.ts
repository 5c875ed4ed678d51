import { one, type Mutant } from './mutant.ts';

/** Of what keeps the records, the guards and the settling by hand. */
export const guardMutants: readonly Mutant[] = [
  one(
    'an older copy of the records passes for the newest',
    'profiles/records-standing.ts',
    "if (!continues(records, mark)) return 'older';",
    "if (!continues(records, mark) && mark.entries === 0) return 'older';",
  ),
  one(
    'a copy on another machine goes on with what waited',
    'profiles/records-standing.ts',
    "if (mark === null) return bound === '' ? null : 'elsewhere';",
    'if (mark === null) return null;',
  ),
  one(
    'the keychain is not told before a request is sent',
    'money/confirm.ts',
    'await limit.within(async () => standing?.seal());',
    'await limit.within(async () => standing?.check());',
  ),
  one(
    'what waited is not looked for in the history',
    'sending-guard.ts',
    'refuseSentBefore(cache, intent, sinceMs);',
    'refuseSentBefore(cache, intent, sinceMs + Infinity);',
  ),
  one(
    'rows are not held against their seals at the start',
    'audit/fits.ts',
    'if (sealed.get(owner) !== digest) return describe(db, owner);',
    "if (sealed.get(owner) === '') return describe(db, owner);",
  ),
  one(
    'rows are not held against their seals before a sending',
    'audit/fits.ts',
    'if (!fits) throw doesNotFit(describe(db, owner));',
    "if (!fits && owner === '') throw doesNotFit(describe(db, owner));",
  ),
  one(
    'what the app writes puts its seal on what others edited',
    'storage/records/seals.ts',
    'if (!db.misfits.has(owner)) seal(db, owner);',
    "if (owner !== '') seal(db, owner);",
  ),
  {
    name: 'the records of another profile are its own',
    edits: [
      {
        file: 'profiles/records-identity.ts',
        from: 'if (identity.profileId !== profile.id) return',
        to: "if (identity.profileId === '') return",
      },
      {
        file: 'profiles/records-identity.ts',
        from: "if (environment !== 'practice' && !keyPrints.has(keyPrintOf(profile))) {",
        to: "if (environment !== 'practice' && keyPrints.size === 0) {",
      },
    ],
  },
  one(
    'an approval never ends',
    'money/approvals.ts',
    'return ageMs >= getPolicy(records).approvalMs;',
    'return ageMs >= getPolicy(records).approvalMs * 1e6;',
  ),
  one(
    'an approval outlives the passphrase of who gave it',
    'storage/records/migrations/010-guarded-time.ts',
    'BEGIN DELETE FROM approvals WHERE approver_key = NEW.key; END;',
    "BEGIN DELETE FROM approvals WHERE approver_key = ''; END;",
  ),
  one(
    'who approved a payment may sit down and confirm it',
    'money/approvals.ts',
    'return refuseApprover(desk, intent.id, approval.name) === null ? approval : null;',
    'return approval;',
  ),
  one(
    'a payment above the limit leaves without an approval',
    'money/payment-guards.ts',
    'if (!needsApproval(intent, guards.policy) || guards.approvedBy !== null) return null;',
    'if (!needsApproval(intent, guards.policy) || guards.approvedBy === null) return null;',
  ),
  {
    name: 'guesses wait by the machine’s clock',
    edits: [
      {
        file: 'money/second-person.ts',
        from: 'deps.clock.nowMs() - triedAtMs',
        to: 'deps.now() - triedAtMs',
      },
      {
        file: 'money/second-person.ts',
        from: 'countTry(records, approver.key, clock.hasBegun() ? clock.nowMs() : BEFORE_ANY_TIME);',
        to: 'countTry(records, approver.key, now());',
      },
    ],
  },
  one(
    'an equal buy after one that was cleared or refused needs no reason',
    'money/payment-guards.ts',
    "if (kind === 'buy') return refuseAfterCleared(intent, guards);",
    "if (kind === 'buy') return null;",
  ),
  one(
    'an equal withdrawal after one that was cleared or refused needs no reason',
    'money/payment-guards.ts',
    `    refuseRepeated({ address, amountSats, repeatReason: intent.repeatReason }, guards) ??
    refuseAfterCleared(intent, guards)`,
    '    refuseRepeated({ address, amountSats, repeatReason: intent.repeatReason }, guards)',
  ),
  one(
    'a person clears without a word what the history may show executed otherwise',
    'money/by-hand.ts',
    'return doubtful && endOf(doubtful.tid);',
    'return null;',
  ),
  one(
    'a person clears without a word while the history cannot be read',
    'money/by-hand.ts',
    "if (!isRead) return 'not read';",
    'if (!isRead) return null;',
  ),
  one(
    'a buy may bring anything',
    'money/outcomes.ts',
    'if (amountSats > 0 && isExpected) return null;',
    'if (amountSats > 0) return null;',
  ),
  one(
    'beside an unknown outcome anything goes while the balance was never read',
    'money/policy.ts',
    'if (onItsWaySats === 0) return null;',
    'if (onItsWaySats >= 0) return null;',
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
  one(
    'the records may be gone when something is sent',
    'profiles/records-standing.ts',
    'check: (): void => file.mustBeThere(),',
    'check: (): void => void file,',
  ),
  one(
    'the environment that was told long ago counts',
    'money/before-sending.ts',
    'const ENVIRONMENT_GOOD_FOR_MS = 2_000;',
    'const ENVIRONMENT_GOOD_FOR_MS = 2_000_000;',
  ),
  one(
    'from Confirm to sending it may take any time',
    'money/send-limit.ts',
    'export const SEND_WITHIN_MS = 30_000;',
    'export const SEND_WITHIN_MS = 30_000_000;',
  ),
  one(
    'what Bitpro no longer lists stays',
    'sync/client-sync.ts',
    'if (!markRemoved(cache, uid, tid, now())) continue;',
    "if (tid !== '' || !markRemoved(cache, uid, tid, now())) continue;",
  ),
  one(
    'a new entry of the address book waits by the machine’s clock',
    'money/context.ts',
    'ageMs: nowMs - bookEntry.addedGuardMs',
    'ageMs: context.now() - bookEntry.addedAtMs',
  ),
  one(
    'the limit of a day is one for each payment',
    'money/payment-guards.ts',
    'if (paidSats + amountSats <= maxDailySats) return null;',
    'if (amountSats <= maxDailySats) return null;',
  ),
  one(
    'a history that contradicts itself is believed',
    'money/history-reading.ts',
    'if (!isSameRow(known, row)) return end(listedTwice(row));',
    "if (!isSameRow(known, row) && row.tid === '') return end(listedTwice(row));",
  ),
  one(
    'a client of long ago is what was just created',
    'money/found-client.ts',
    'if (rows.some(({ createdAtMs }) => createdAtMs < floorMs)) {',
    'if (rows.some(({ createdAtMs }) => createdAtMs < 0)) {',
  ),
  one(
    'an answer about another client is taken',
    'bitpro/client.ts',
    'if (named(value) === asked) return value;',
    "if (named(value) !== '') return value;",
  ),
];
