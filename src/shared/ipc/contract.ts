import * as z from 'zod/mini';
import { plainText, textSchema } from '../text-schema.ts';
import { settingsSchema, type AppInfo, type Settings } from '../domain/app.ts';
import {
  clientLabelSchema,
  clientsQuerySchema,
  clientUidSchema,
  type AddressCheck,
  type ClientAttention,
  type ClientsPage,
  type ClientsReading,
  type ClientView,
  type ImportLine,
} from '../domain/client.ts';
import {
  draftSchema,
  MAX_ADDRESS_TEXT,
  settleDecisionSchema,
  weighSchema,
  type Intent,
  type IntentReview,
  type Settling,
  type Weighing,
} from '../domain/intent.ts';
import {
  approverNameSchema,
  bookLabelSchema,
  guardPolicyInputSchema,
  passphraseSchema,
  secondPersonSchema,
  settleDelaySchema,
  type ApproverView,
  type BookEntry,
  type GuardPolicy,
} from '../domain/guards.ts';
import type { RecordsDamage, Restored } from '../domain/damage.ts';
import { overviewQuerySchema, type Overview } from '../domain/overview.ts';
import {
  apiOptionsSchema,
  connectionFormSchema,
  renewedKeysSchema,
  type ProfileView,
  type SavedProfile,
} from '../domain/profile.ts';
import { ratePeriodSchema, type RateSeries, type RateStatus } from '../domain/rate.ts';
import { reportRequestSchema, type ReportProgress, type ReportVerdict } from '../domain/report.ts';
import type { ConnectionStatus, SyncProgress } from '../domain/sync.ts';
import {
  historyCursorSchema,
  historyFilterSchema,
  historySortSchema,
  type HistoryCursor,
  type HistoryPage,
  type HistorySummary,
  type TransactionRow,
} from '../domain/transaction.ts';

/**
 * THE list of requests of the renderer to main; what main tells unasked is in events.ts. A request is `name: request<Output>()(input)`;
 * the handler type in main and the renderer's `call` derive from it, so a new channel is one line here and
 * one in `main/ipc/handlers.ts`.
 */
function request<Output>() {
  return <Input extends z.ZodMiniType>(input: Input) => ({ input }) as RequestSpec<Input, Output>;
}

/** `output` exists for the type checker only. */
type RequestSpec<Input extends z.ZodMiniType, Output> = { input: Input; output: Output };

const none = z.strictObject({});
const profileId = z.strictObject({ id: plainText(40) });
const clientUid = z.strictObject({ uid: clientUidSchema });
const labelledClient = z.strictObject({ uid: clientUidSchema, label: clientLabelSchema });
const intentId = z.strictObject({ id: plainText(60) });
const transactionKey = z.strictObject({ clientUid: clientUidSchema, tid: plainText(500) });

export const requests = {
  'app.info': request<AppInfo>()(none),
  'settings.save': request<Settings>()(settingsSchema),
  /** Copies an identifier as the page shows it: one line, without what cannot be seen. */
  'clipboard.copy': request<null>()(
    z.strictObject({
      text: z.string().check(z.minLength(1), z.maxLength(500), z.regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u)),
    }),
  ),

  'profiles.list': request<ProfileView[]>()(none),
  /** Opens a profile: its databases, its server and, for Practice, the built-in sandbox. */
  'profiles.switch': request<ProfileView>()(profileId),
  /** Tries the connection step by step and keeps it only if every step passes. */
  'profiles.testAndSave': request<SavedProfile>()(connectionFormSchema),
  /** New keys of the same account: known clients must answer under them as they did. */
  'profiles.renewKeys': request<SavedProfile>()(renewedKeysSchema),
  /** Gives up what the keychain is asked for now, as someone who does not want to unlock it. */
  'profiles.cancelKeychain': request<null>()(none),
  'profiles.unlock': request<ProfileView>()(
    z.strictObject({ id: plainText(40), typedName: plainText(200) }),
  ),
  'profiles.lock': request<ProfileView>()(profileId),
  'profiles.configure': request<ProfileView>()(
    z.strictObject({
      id: plainText(40),
      explorerUrl: plainText(2000),
      options: apiOptionsSchema,
      /** Of the open profile alone; left out it stays as it is. */
      settleDelayMinutes: z.optional(settleDelaySchema),
      /** Where a shorter delay needs somebody to agree; `approval_needed` says so. */
      second: z.optional(secondPersonSchema),
    }),
  ),
  /** Forgets an own profile and its secret; its databases stay on disk. */
  'profiles.remove': request<null>()(
    z.strictObject({ id: plainText(40), typedName: plainText(200) }),
  ),

  /** Not null: the records can only be read, and every request that sends or writes is refused. */
  'records.damage': request<RecordsDamage | null>()(none),
  /** Not null until acknowledged: the records are not those that were written last. */
  'records.restored': request<Restored | null>()(none),
  'records.acknowledgeRestored': request<null>()(none),
  'records.showCopy': request<null>()(none),
  'connection.status': request<ConnectionStatus>()(none),

  /** All of them; `clients.page` has the window that a screen shows. */
  'clients.list': request<ClientView[]>()(none),
  'clients.page': request<ClientsPage>()(clientsQuerySchema),
  /** JSON of ClientName[]: a text passes main without being taken apart. */
  'clients.names': request<string>()(none),
  'clients.reading': request<ClientsReading>()(
    z.strictObject({ clientUid: z.nullable(clientUidSchema) }),
  ),
  'clients.get': request<ClientView>()(clientUid),
  /** Whose deposit address a person has to look at. */
  'clients.attention': request<ClientAttention[]>()(none),
  'clients.add': request<ClientView>()(labelledClient),
  'clients.previewImport': request<ImportLine[]>()(z.strictObject({ csv: plainText(5_000_000) })),
  'clients.import': request<{ imported: number }>()(
    z.strictObject({
      // Labels are read by the text rule in steps: 20,000 of them at once would hold main.
      lines: z
        .array(z.strictObject({ uid: clientUidSchema, label: plainText(500) }))
        .check(z.maxLength(100_000)),
    }),
  ),
  'clients.label': request<ClientView>()(labelledClient),
  /** Takes a uid off the list of which nothing was ever read, such as a mistyped one. */
  'clients.remove': request<null>()(clientUid),
  'clients.archive': request<ClientView>()(
    z.strictObject({ uid: clientUidSchema, archived: z.boolean() }),
  ),
  /** The operator looked at the other address and takes it as the client's own. */
  'clients.acceptAddress': request<ClientView>()(
    z.strictObject({ uid: clientUidSchema, address: plainText(500), typedLastSix: plainText(100) }),
  ),
  /** Writes the deposit address to the clipboard, reads it back and compares. */
  'clients.copyAddress': request<null>()(clientUid),
  /** Reads one client's balance and history now. */
  'clients.refresh': request<ClientView>()(clientUid),

  /** Checks an address for the active profile's network; accepts a bitcoin: URI. */
  'addresses.check': request<AddressCheck>()(z.strictObject({ text: plainText(MAX_ADDRESS_TEXT) })),

  /** Journals a draft and draws its review. Nothing is sent. */
  'intents.prepare': request<IntentReview>()(draftSchema),
  'intents.review': request<IntentReview>()(intentId),
  /** Sends the journaled intent once. The answer is its state, whatever that is. */
  'intents.confirm': request<Intent>()(
    z.strictObject({
      id: plainText(60),
      reviewHash: plainText(200),
      typed: z.nullable(plainText(200)),
    }),
  ),
  /** A second person approves exactly what the review shows; the answer is the review as it is then. */
  'intents.approve': request<IntentReview>()(
    z.strictObject({
      id: plainText(60),
      reviewHash: plainText(200),
      approver: approverNameSchema,
      passphrase: passphraseSchema,
    }),
  ),
  /** What is known of an open outcome and when it is looked up next; null for any other intent. */
  'intents.settling': request<Settling | null>()(intentId),
  /** Reads the history for it now. */
  'intents.lookAgain': request<Settling | null>()(intentId),
  /** What a person's decision would take: the history, or what was found, is read for it. */
  'intents.weigh': request<Weighing>()(weighSchema),
  /** A person's decision, with a written reason. */
  'intents.settle': request<Intent>()(settleDecisionSchema),
  'intents.discard': request<Intent>()(intentId),
  'intents.get': request<Intent>()(intentId),
  /** Newest first. */
  'intents.list': request<Intent[]>()(z.strictObject({ openOnly: z.boolean() })),

  'addressBook.list': request<BookEntry[]>()(none),
  'addressBook.add': request<BookEntry>()(
    z.strictObject({ address: plainText(MAX_ADDRESS_TEXT), label: bookLabelSchema }),
  ),
  'addressBook.label': request<BookEntry>()(
    z.strictObject({ address: plainText(500), label: bookLabelSchema }),
  ),
  'addressBook.remove': request<null>()(z.strictObject({ address: plainText(500) })),

  'policy.get': request<GuardPolicy>()(none),
  /** `second` where the change takes protection away; without it the answer is then `approval_needed`. */
  'policy.save': request<GuardPolicy>()(
    z.strictObject({ policy: guardPolicyInputSchema, second: z.optional(secondPersonSchema) }),
  ),
  'approvers.list': request<ApproverView[]>()(none),
  /** The passphrase goes in and never comes out. */
  'approvers.add': request<ApproverView>()(
    z.strictObject({
      name: approverNameSchema,
      newPassphrase: passphraseSchema,
      second: z.optional(secondPersonSchema),
    }),
  ),
  'approvers.remove': request<null>()(
    z.strictObject({ name: approverNameSchema, second: z.optional(secondPersonSchema) }),
  ),
  'approvers.changePassphrase': request<null>()(
    z.strictObject({
      name: approverNameSchema,
      passphrase: passphraseSchema,
      newPassphrase: passphraseSchema,
    }),
  ),

  'history.page': request<HistoryPage>()(
    z.strictObject({
      filter: historyFilterSchema,
      sort: historySortSchema,
      after: z.nullable(historyCursorSchema),
      limit: z.int().check(z.minimum(1), z.maximum(500)),
    }),
  ),
  /**
   * Where pages of `step` rows begin: the cursor before every page after the first that follows `after`. Fewer
   * than HISTORY_LANDMARKS of them: there are no more.
   */
  'history.landmarks': request<HistoryCursor[]>()(
    z.strictObject({
      filter: historyFilterSchema,
      sort: historySortSchema,
      after: z.nullable(historyCursorSchema),
      step: z.int().check(z.minimum(1), z.maximum(500)),
    }),
  ),
  'history.summary': request<HistorySummary>()(z.strictObject({ filter: historyFilterSchema })),
  'history.get': request<TransactionRow>()(transactionKey),
  'history.annotate': request<TransactionRow>()(
    z.strictObject({
      clientUid: clientUidSchema,
      tid: plainText(500),
      note: textSchema({ what: 'The note', max: 2000, lines: true }),
      tags: z
        .array(textSchema({ what: 'The tag', max: 40, required: true }))
        .check(z.maxLength(100)),
    }),
  ),
  'history.tags': request<string[]>()(none),
  'history.openExplorer': request<null>()(transactionKey),

  'sync.status': request<SyncProgress>()(none),
  'sync.start': request<null>()(none),
  'sync.cancel': request<null>()(none),
  /** Clients on screen: what they need is read before the rest. */
  'sync.prioritise': request<null>()(
    z.strictObject({ uids: z.array(clientUidSchema).check(z.maxLength(200)) }),
  ),

  'rates.status': request<RateStatus>()(none),
  'rates.refresh': request<RateStatus>()(none),
  'rates.series': request<RateSeries>()(z.strictObject({ period: ratePeriodSchema })),

  'overview.get': request<Overview>()(overviewQuerySchema),

  /** Asks for a place, then writes. Null when the operator closed the dialog. */
  'reports.start': request<ReportProgress | null>()(reportRequestSchema),
  'reports.cancel': request<null>()(z.strictObject({ jobId: plainText(60) })),
  'reports.showInFolder': request<null>()(z.strictObject({ jobId: plainText(60) })),
  /** Asks for a report, then holds it against its manifest. Null when the operator closed the dialog. */
  'reports.verify': request<(ReportVerdict & { path: string }) | null>()(none),
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestInput<Name extends RequestName> = z.infer<Requests[Name]['input']>;
export type RequestOutput<Name extends RequestName> = Requests[Name]['output'];
