import type {
  Http,
  HttpAnswer,
  HttpLimits,
  HttpRequest,
  MayStart,
} from '../../src/main/bitpro/http.ts';
import { TransportError } from '../../src/main/bitpro/transport-error.ts';
import { doubtful, doubtfulKinds, heard, spoiled, unsent, untrue, type Heard } from './faults.ts';
import type { Random } from './random.ts';
import { nameOf, type LedgerEntry, type Reply, type Service } from './service.ts';
import type { VirtualTime } from './virtual-time.ts';

export type NetworkDeps = {
  random: Random;
  time: VirtualTime;
  service: Service;
  /** Share of requests that meet a fault; 0 once the network has healed. */
  faultRate: () => number;
  /** How much longer than usual everything takes. */
  slowness: () => number;
  /** Share of executions that somebody else repeats. */
  repeatRate: () => number;
  /** Share of executions that the service undoes within the hour. */
  undoRate: () => number;
  /** The whole answer to a POST was heard by a process that lives. */
  onHeard: (entry: LedgerEntry) => void;
  /** The service's own words of refusal are on their way: it may be told as rejected. */
  onRefused: (intentId: string | null) => void;
  /** Has the app been told of this transaction already? */
  isAcknowledged: (entry: LedgerEntry) => boolean;
  trace: (line: string) => void;
};

/** `resent`: a proxy lost the first answer and sent the same bytes again; the second answer is heard. */
type Fault = { name: string; strikes: 'unsent' | 'before' | 'after' | 'late' | 'resent' };

/** How the app's process hangs on the network. Nothing reaches a process that is dead. */
export type Wire = {
  isAlive: () => boolean;
  monotonicMs: () => number;
  /** A POST is handed over to the network: which intent is it for? Sees the request before its fate is known. */
  observePost: (request: HttpRequest & { body: Buffer }) => string | null;
  /** The request is about to be handed over, or its answer to be read: the process may die here. */
  gate: (point: string) => void;
};

/** At 30 s a timeout: from an hour to 17. */
const VERY_LATE_SHARE = 0.3;

/** A network in which every request meets the fate that the seed has for it, through the app's own `Http`. */
export function createNetwork(deps: NetworkDeps) {
  const { random, time, service, faultRate, slowness, repeatRate, undoRate, trace } = deps;
  const { onHeard, onRefused, isAcknowledged } = deps;

  const startedAtMs = time.nowMs();
  /** Many services fail in one way only; each way must show on its own. */
  const habit = random.chance(0.5) ? drawSpoiling() : null;

  function drawSpoiling(): string {
    return random.chance(0.4) ? drawDoubtful() : random.pick(Object.keys(spoiled));
  }

  function drawDoubtful(): string {
    return random.pick(random.pick(doubtfulKinds));
  }

  function drawFault(method: 'GET' | 'POST'): Fault | null {
    // Reads that fail only keep the operator from getting to the POSTs.
    if (!random.chance(method === 'GET' ? faultRate() / 4 : faultRate())) return null;
    const strikes =
      method === 'GET'
        ? random.pick(['unsent', 'before'] as const)
        : random.pick(['unsent', 'before', 'after', 'after', 'late', 'resent'] as const);
    const name = {
      unsent: () => random.pick(Object.keys(unsent)),
      before: () => (habit !== null && habit in doubtful ? habit : drawDoubtful()),
      after: () => habit ?? drawSpoiling(),
      late: () => 'late',
      resent: () => 'resent',
    }[strikes]();
    return { name, strikes };
  }

  /** Runs on the service's side: whether the app still lives does not matter here. */
  function serve(
    method: 'GET' | 'POST',
    request: HttpRequest & { body: Buffer },
    intentId: string | null,
    fault: Fault | null,
  ): Heard {
    const { name = '', strikes } = fault ?? {};
    if (strikes === 'before') return fail(name, doubtful);
    const reply = service.handle(method, request, intentId);
    if (reply.executed) {
      trace(`  service executes ${reply.executed.kind} ${nameOf(reply.executed)}`);
      if (random.chance(undoRate())) undoLater(reply.executed);
      // Somebody else does the same: no reading of the history can tell which is which.
      if (random.chance(repeatRate())) service.recordOfOthers(reply.executed);
    }
    if (strikes === 'resent') {
      const { status, body } = service.handle(method, request, intentId);
      // A clock that was set meanwhile refuses the second copy in words that only the history can show to be untrue.
      if (!body.includes('Replicated')) onRefused(intentId);
      return heard(status, body);
    }
    // An answer is only spoiled when something was done: a refusal of the reference is never a lie.
    if (reply.executed === null && strikes !== 'late') onRefused(intentId);
    if (strikes !== 'after' || reply.executed === null) return heard(reply.status, reply.body);
    return name in doubtful
      ? fail(name, doubtful)
      : spoil(name, { ...reply, executed: reply.executed });
  }

  function undoLater(entry: LedgerEntry): void {
    if (entry.kind === 'create_client') return;
    time.after(random.between(1, random.pick([5, 3600]) * 1000), () => {
      trace(
        `  service undoes ${nameOf(entry)}${service.shown.has(nameOf(entry)) ? '' : ', which nobody saw'}`,
      );
      service.amend(entry, { vanished: true });
    });
  }

  /** One of the same client that the app can know to be older. */
  function olderThan({ clientUid, tid }: LedgerEntry): LedgerEntry | undefined {
    const older = service.ledger.filter(
      (entry) =>
        entry.clientUid === clientUid &&
        entry.tid !== tid &&
        (entry.createdAtMs <= startedAtMs || isAcknowledged(entry)),
    );
    return older.length === 0 ? undefined : random.pick(older);
  }

  function hopMs(): number {
    return Math.round(random.between(1, 400) * (1 + slowness() * random.next()));
  }

  /** The connection stands, and not a byte was written. */
  function stopUnlessWanted(mayStart: MayStart | undefined): void {
    try {
      mayStart?.();
    } catch (cause) {
      throw new TransportError('cancelled', { cause, mayHaveSent: false });
    }
  }

  /** In timeouts. A request that waits in somebody's queue may be executed hours later. */
  function latenessOf(method: 'GET' | 'POST'): number {
    return method === 'POST' && random.chance(VERY_LATE_SHARE)
      ? random.between(100, 2000)
      : random.between(1, 3);
  }

  function spoil(name: string, reply: Reply & { executed: LedgerEntry }): Heard {
    const make = spoiled[name];
    if (!make) throw new Error(`No fault ${name}`);
    // Of a new client the reference has no words that a service could say untruly.
    if (name in untrue) {
      if (reply.executed.kind === 'create_client') return heard(reply.status, '');
      // Of these words only the history can show that they are untrue. One of a repeated request refuses nothing.
      if (!name.endsWith('401')) onRefused(reply.executed.intentId);
    }
    return make(reply, { older: olderThan(reply.executed), amend: service.amend });
  }

  function connect(wire: Wire): Http {
    async function exchange(
      method: 'GET' | 'POST',
      request: HttpRequest & { body: Buffer },
      { timeoutMs, mayStart }: HttpLimits & { mayStart?: MayStart | undefined },
    ): Promise<HttpAnswer> {
      const fault = drawFault(method);
      await alive(time.sleep(hopMs()));
      if (fault?.strikes === 'unsent') throw fail(fault.name, unsent);
      stopUnlessWanted(mayStart);
      const intentId = method === 'POST' ? wire.observePost(request) : null;
      if (method === 'POST') trace(`  POST ${request.uri} fault: ${describe(fault)}`);
      if (method === 'POST') wire.gate('the request is written');
      const sentAtMs = wire.monotonicMs();
      const arrived = Promise.withResolvers<Heard>();
      const wayMs = fault?.strikes === 'late' ? timeoutMs * latenessOf(method) : 0;
      time.after(wayMs + hopMs(), () => arrived.resolve(serve(method, request, intentId, fault)));
      if (fault?.strikes === 'late') {
        await alive(time.sleep(timeoutMs));
        throw new TransportError('timeout', { cause: undefined, mayHaveSent: true });
      }
      const answer = await alive(arrived.promise);
      await alive(time.sleep(hopMs()));
      if (method === 'POST') wire.gate('the answer is there');
      if (answer instanceof TransportError) throw answer;
      if (method === 'POST' && fault === null) {
        const done = service.ledger.find((entry) => entry.intentId === intentId);
        if (done) onHeard(done);
      }
      return present(answer, { sentAtMs, receivedAtMs: wire.monotonicMs() });
    }

    /** What a dead process waits for never comes. */
    async function alive<T>(promise: Promise<T>): Promise<T> {
      const value = await promise;
      if (!wire.isAlive()) await new Promise<never>(() => {});
      return value;
    }

    return {
      get: (request, limits) => exchange('GET', { ...request, body: Buffer.alloc(0) }, limits),
      post: (request, limits) => exchange('POST', request, limits),
    };
  }

  function present(
    { status, body, contentType }: Exclude<Heard, TransportError>,
    times: Pick<HttpAnswer, 'sentAtMs' | 'receivedAtMs'>,
  ): HttpAnswer {
    const headers: Record<string, string> = {
      'content-type': contentType,
      date: new Date(time.nowMs() + service.world.clockAheadMs).toUTCString(),
    };
    return { status, header: (name) => headers[name], body: Buffer.from(body), ...times };
  }

  return { connect };
}

function fail<T extends Heard>(name: string, table: Record<string, () => T>): T {
  const make = table[name];
  if (!make) throw new Error(`No fault ${name}`);
  return make();
}

function describe(fault: Fault | null): string {
  return fault === null ? 'none' : `${fault.name} (${fault.strikes})`;
}
