import { describe, expect, it } from 'vitest';
import { clientFor } from './client-under-test.ts';
import { json, startRawServer } from './raw-server.ts';

const row = (tid: string, patch: object = {}) => ({
  tid,
  type: 'bitcoin_buy',
  amount: '0.1',
  created_at: '2017-04-06T06:16:19Z',
  ...patch,
});
const answering = (body: unknown) =>
  startRawServer((_seen, response) => json(response, 200, body)).then(({ baseUrl }) =>
    clientFor(baseUrl),
  );

describe('an answer is held against what was asked for', () => {
  const model = (uid: string) => ({
    uid,
    bitcoin_address: '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk',
    balance: '0.0',
    unconfirmed_balance: '0.0',
  });

  it('another client is refused', async () => {
    const bitpro = await answering(model('BT-C2'));
    await expect(bitpro.getClient('BT-C1')).rejects.toMatchObject({
      code: 'bad_response',
      message: expect.stringContaining('answered with BT-C2 when asked for BT-C1'),
    });
    expect(await bitpro.getClient('BT-C2')).toMatchObject({ uid: 'BT-C2' });
  });

  it('another transaction is refused', async () => {
    const bitpro = await answering(row('7'));
    await expect(bitpro.transaction('BT-C1', '8')).rejects.toMatchObject({ code: 'bad_response' });
    expect(await bitpro.transaction('BT-C1', '7')).toMatchObject({ tid: '7' });
  });

  it('a page of more rows than a page has is refused', async () => {
    const rows = Array.from({ length: 26 }, (_, index) => row(String(index)));
    const bitpro = await answering(rows);
    await expect(bitpro.historyPage('BT-C1', 1)).rejects.toMatchObject({ code: 'bad_response' });
    await expect(bitpro.transactions('BT-C1', 1)).rejects.toMatchObject({ code: 'bad_response' });
  });
});

describe('a page', () => {
  it('has each transaction once', async () => {
    const bitpro = await answering([row('7'), row('7'), row('8')]);
    expect((await bitpro.transactions('BT-C1', 1)).map(({ tid }) => tid)).toEqual(['7', '8']);
    expect(await bitpro.historyPage('BT-C1', 1)).toHaveLength(3);
  });

  it('with two different rows of one tid decides nothing about money', async () => {
    const bitpro = await answering([row('7'), row('7', { amount: '0.2' })]);
    await expect(bitpro.transactions('BT-C1', 1)).rejects.toMatchObject({
      message: expect.stringMatching(/Transaction 7 on page 1 .* listed twice, differently/),
    });
  });

  it.each([
    ['minus one confirmations', { tx_confirmations: -1 }],
    ['more than all bitcoin', { amount: '21000000.00000001' }],
    ['no amount', { amount: 'NaN' }],
    ['no date', { created_at: 'soon' }],
    ['a tid of 201 characters', { tid: 'x'.repeat(201) }],
    ['no tid', { tid: '' }],
    ['a lone surrogate in its tid', { tid: 'a\ud800' }],
    ['a NUL in its tx id', { tx_id: 'a\0b' }],
    ['a state of 10,000 characters', { state: 'y'.repeat(10_000) }],
    ['a type that is no text', { type: { a: 1 } }],
  ])('goes on around a row with %s', async (_name, patch) => {
    const bitpro = await answering([row('6'), row('7', patch), row('8')]);
    const slots = await bitpro.historyPage('BT-C1', 1);
    expect(slots.map((slot) => slot.row?.tid)).toEqual(['6', undefined, '8']);
    await expect(bitpro.transactions('BT-C1', 1)).rejects.toMatchObject({ code: 'bad_response' });
  });

  it('is one with a row of nothing at all', async () => {
    const bitpro = await answering([null, 7, 'x', [], row('8')]);
    const slots = await bitpro.historyPage('BT-C1', 1);
    expect(slots.map((slot) => slot.problem)).toEqual([
      ...Array(4).fill('it has another form'),
      null,
    ]);
  });
});
