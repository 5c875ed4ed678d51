import { describe, expect, test } from 'vitest';
import { BUY, openDesk, review, service, states, WITHDRAWAL, type Desk } from './fixture.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** Runs what was planned for that delay. */
const ring = (desk: Desk, delayMs: number): void =>
  desk
    .planned()
    .filter((timer) => timer.delayMs === delayMs)
    .forEach(({ run }) => run());

const sandbox = { status: 'ok', environment: 'sandbox' };

describe('30 seconds after Confirm nothing is sent any more', () => {
  test.each<[string, (desk: Desk) => void]>([
    ['the environment', ({ client }) => (client.ping = never)],
    ['the keychain', ({ world }) => (world.secretReady = never)],
    ['the history', ({ client }) => (client.transactions = never)],
  ])('while %s does not answer', async (_, hang) => {
    const desk = openDesk();
    const confirmation = await review(desk);
    hang(desk);
    const confirming = desk.money.confirm(confirmation);
    await expect.poll(() => desk.planned().length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    ring(desk, 30_000);
    await expect(confirming).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/30 seconds.*Nothing was sent/),
    });
    expect(desk.client.posts).toEqual([]);
    expect(states(desk)).toEqual(['journaled']);
    expect(desk.planned()).toEqual([]);
  });

  test('however the time went by: of two asked in 20 seconds each, nothing is left to send in', async () => {
    const desk = openDesk(
      service({
        ping: async () => {
          desk.world.nowMs += 20_000;
          return sandbox;
        },
        transactions: async () => {
          desk.world.nowMs += 20_000;
          return [];
        },
      }),
    );
    const confirmation = await review(desk);
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'timeout' });
    expect(desk.client.posts).toEqual([]);
    expect(states(desk)).toEqual(['journaled']);
  });

  test('nor when the machine slept meanwhile, which no timer and no monotonic clock shows', async () => {
    const desk = openDesk(
      service({
        transactions: async () => {
          desk.world.wallAheadMs += 3_600_000;
          desk.world.serverAheadMs += 3_600_000;
          return [];
        },
      }),
    );
    const confirmation = await review(desk);
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('slept'),
    });
    expect(desk.client.posts).toEqual([]);
  });
});

test('nor when only the connection took so long: it is asked once more before a byte is written', async () => {
  const desk = openDesk(
    service({
      withdraw: async (_uid, _payment, mayStart) => {
        desk.world.nowMs += 30_001;
        expect(mayStart).toThrow('30 seconds');
        const error = { code: 'timeout', message: 'Nothing was sent.', retryable: false } as const;
        return { kind: 'rejected', error, unsent: true };
      },
    }),
  );
  expect(await desk.money.confirm(await review(desk))).toMatchObject({ state: 'rejected' });
});

describe('the environment', () => {
  /** A history that takes so long, and what Bitpro says of itself each time. */
  function slow(historyMs: number, answers: { status: string; environment: string }[]) {
    let asked = 0;
    const desk = openDesk(
      service({
        ping: async () => answers[asked++] ?? sandbox,
        transactions: async () => {
          desk.world.nowMs += historyMs;
          return [];
        },
      }),
    );
    return { desk, asked: () => asked };
  }

  test.each([
    [2000, 1],
    [2001, 2],
  ])('is asked for again when the history took %i ms: %i times', async (historyMs, times) => {
    const { desk, asked } = slow(historyMs, []);
    expect(await desk.money.confirm(await review(desk))).toMatchObject({ state: 'confirmed' });
    expect(asked()).toBe(times);
  });

  test('that became another meanwhile gets nothing', async () => {
    const { desk } = slow(4000, [sandbox, { status: 'ok', environment: 'production' }]);
    const confirmation = await review(desk);
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'wrong_environment',
    });
    expect(desk.client.posts).toEqual([]);
    expect(states(desk)).toEqual(['journaled']);
  });

  test('is asked for again when the keychain took so long to be told, and refuses nothing but this', async () => {
    const { desk, asked } = slow(0, [sandbox, { status: 'ok', environment: 'production' }]);
    desk.world.onSeal = () => (desk.world.nowMs += 2001);
    const intent = await desk.money.confirm(await review(desk));
    expect(intent).toMatchObject({
      state: 'rejected',
      reason: expect.stringMatching(/“production”.*Nothing was sent/),
    });
    expect([asked(), desk.client.posts]).toEqual([2, []]);
    expect(await desk.money.confirm(await review(desk))).toMatchObject({ state: 'confirmed' });
  });

  test.each(['', 'OK', 'maintenance', 'error', 'degraded'])(
    'that says “%s” of itself gets nothing',
    async (status) => {
      const { desk } = slow(0, [{ status, environment: 'sandbox' }]);
      const confirmation = await review(desk);
      await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
        code: 'remote_failed',
        message: expect.stringContaining(`“${status}”`),
      });
      expect(desk.client.posts).toEqual([]);
      expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
    },
  );
});

test.each([WITHDRAWAL, BUY])('without the server’s time nothing is sent: %o', async (draft) => {
  const desk = openDesk();
  const confirmation = await review(desk, draft);
  desk.world.isTimeless = true;
  desk.world.nowMs += 2000;
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
    code: 'bad_response',
    message: expect.stringContaining('what time it is'),
  });
  expect(desk.client.posts).toEqual([]);
  expect(states(desk)).toEqual(['journaled']);
  desk.world.isTimeless = false;
  expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
});
