import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError, notFound } from './api-error.ts';
import { hastenNextDeposit, receiveDueDeposits } from './arrivals.ts';
import { paramsOf, type Gate } from './gate.ts';
import type { Ledger } from './ledger.ts';
import type { SandboxSettings } from './options.ts';
import { buyJson, clientJson, rateJson, transactionJson, withdrawalJson } from './present.ts';
import { quoteAt } from './price.ts';
import { balancesAt } from './progress.ts';
import { checkBuy, checkWithdrawal, type Checked } from './rules.ts';
import type { Client } from './state.ts';
import type { StateStore } from './state-store.ts';

export interface ApiContext {
  settings: SandboxSettings;
  ledger: Ledger;
  store: StateStore;
  gate: Gate;
  now: () => number;
}

const pageSize = 25;

interface ClientPath {
  Params: { uid: string };
}

interface TransactionPath {
  Params: { uid: string; tid: string };
}

/** The eight endpoints of bitpro-api.md, below /api/v1. */
export function addApiRoutes(app: FastifyInstance, context: ApiContext): void {
  app.addHook('onRequest', (_request, _reply, done) => {
    receiveDueDeposits(context.ledger, context.store, context.settings, context.now());
    done();
  });
  addPublicRoutes(app, context);
  addClientRoutes(app, context);
  addMoneyRoutes(app, context);
  addTransactionRoutes(app, context);
}

function addPublicRoutes(app: FastifyInstance, { settings, gate, now }: ApiContext): void {
  app.get('/ping', (request) => {
    if (settings.signPublic) gate.authenticate(request);
    return { status: 'ok', environment: settings.environment };
  });

  app.get('/rates', (request) => {
    if (settings.signPublic) gate.authenticate(request);
    return rateJson(quoteAt(now(), settings));
  });
}

function addClientRoutes(app: FastifyInstance, context: ApiContext): void {
  const { settings, ledger, store, gate, now } = context;

  app.post('/clients', (request, reply) => {
    const client = ledger.createClient(gate.authenticate(request));
    hastenNextDeposit(store, settings, now());
    reply.code(settings.createdStatus);
    return clientJson(client, now(), settings);
  });

  app.get<ClientPath>('/clients/:uid', (request) =>
    clientJson(ownClient(context, request, request.params.uid), now(), settings),
  );
}

function addMoneyRoutes(app: FastifyInstance, context: ApiContext): void {
  const { settings, ledger, now } = context;

  app.post<ClientPath>('/clients/:uid/buy', (request) => {
    const client = ownClient(context, request, request.params.uid);
    const { priceCents } = quoteAt(now(), settings);
    const { amountSats } = accept(checkBuy(paramsOf(request), priceCents));
    return buyJson(ledger.buy(client, amountSats, now()));
  });

  app.post<ClientPath>('/clients/:uid/withdrawal', (request) => {
    const client = ownClient(context, request, request.params.uid);
    const { availableSats } = balancesAt(client, now(), settings);
    const checked = checkWithdrawal(paramsOf(request), availableSats, settings);
    const { amountSats, address } = accept(checked);
    return withdrawalJson(ledger.withdraw(client, amountSats, address, now()), now(), settings);
  });
}

function addTransactionRoutes(app: FastifyInstance, context: ApiContext): void {
  const { settings, now } = context;

  app.get<ClientPath>('/clients/:uid/transactions', (request) => {
    const { transactions } = ownClient(context, request, request.params.uid);
    const end = transactions.length - (pageNumber(paramsOf(request).get('page')) - 1) * pageSize;
    return transactions
      .slice(Math.max(end - pageSize, 0), Math.max(end, 0))
      .toReversed()
      .map((transaction) => transactionJson(transaction, now(), settings));
  });

  app.get<TransactionPath>('/clients/:uid/transactions/:tid', (request) => {
    const { uid, tid } = request.params;
    const { transactions } = ownClient(context, request, uid);
    const transaction = transactions.find((candidate) => candidate.tid === tid);
    if (transaction === undefined) throw notFound();
    return transactionJson(transaction, now(), settings);
  });
}

function ownClient(context: ApiContext, request: FastifyRequest, uid: string): Client {
  const client = context.ledger.clientOf(context.gate.authenticate(request), uid);
  if (client === undefined) throw notFound();
  return client;
}

function accept<T>(checked: Checked<T>): T {
  if (!checked.valid) throw new ApiError(422, checked.errors);
  return checked.value;
}

/** Anything that is not a page number means the first page (api-readings.md 23). */
function pageNumber(text: string | undefined): number {
  return /^[1-9]\d{0,8}$/.test(text ?? '') ? Number(text) : 1;
}
