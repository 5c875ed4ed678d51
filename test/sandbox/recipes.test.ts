import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { destination, field, rows, textField } from './harness.ts';

/** The shell recipes of bitpro-api.md, letter by letter but for the host. */

const apiKey = 'M3175465';
const secret =
  'TkLPjz2dzzyoMZdkJqM1qLusyTizYPl0IeX7vHi+17+mlYEjyfnLIgqopAQ8Bnk2QnwcSYa4VuXY384EnGi3tA==';

const signing = `
  DATE=\`env TZ=GMT date '+%a, %d %b %Y %H:%M:%S %Z'\`
  CONTENT_MD5=\`echo -n $PARAMS | openssl md5 -binary | base64\`
  CANONICAL_STRING="$METHOD,$CONTENT_MD5,$URI,$DATE"
  SIGNATURE=\`echo -n $CANONICAL_STRING | openssl sha1 -hmac $SECRET_KEY -binary | base64\`
`;

const signedCurl = `
  curl -sS -X $METHOD \\
    -d "$PARAMS" \\
    -H "Authorization: Bitpro $API_KEY:$SIGNATURE" \\
    -H "Content-MD5: $CONTENT_MD5" \\
    -H "Date: $DATE" \\
    "$HOST$URI"
`;

async function bash(script: string, env: Record<string, string>): Promise<unknown> {
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    env: { PATH: process.env['PATH'], LC_ALL: 'C', ...env },
  });
  const json: unknown = JSON.parse(stdout);
  return json;
}

async function recipe(sandbox: Sandbox, method: string, path: string, params = '') {
  return bash(signing + signedCurl, {
    API_KEY: apiKey,
    SECRET_KEY: secret,
    METHOD: method,
    PARAMS: params,
    URI: `/api/v1${path}`,
    HOST: new URL(sandbox.url).origin,
  });
}

describe('the recipes of the reference', () => {
  it('work from ping to the last transaction', async () => {
    const sandbox = await startSandbox({ merchants: [{ apiKey, secret }] });
    try {
      const open = (path: string) => bash(`curl -sS -X GET ${sandbox.url}${path}`, {});
      expect(await open('/ping')).toEqual({ status: 'ok', environment: 'sandbox' });
      expect(await open('/rates')).toMatchObject({ asset: 'XBT' });

      const client = await recipe(sandbox, 'POST', '/clients');
      expect(client).toMatchObject({ balance: '0.0', unconfirmed_balance: '0.0' });
      const path = `/clients/${textField(client, 'uid')}`;
      expect(await recipe(sandbox, 'GET', path)).toEqual(client);
      expect(await recipe(sandbox, 'GET', path, 'any=thing')).toEqual(client);

      const buy = await recipe(sandbox, 'POST', `${path}/buy`, 'traded_fiat=1500');
      expect(field(await recipe(sandbox, 'GET', path), 'balance')).toBe(field(buy, 'amount'));

      const params = `address=${destination}&amount=0.12`;
      const withdrawal = await recipe(sandbox, 'POST', `${path}/withdrawal`, params);
      expect(withdrawal).toMatchObject({ amount: '0.12', address: destination, state: 'pending' });

      const history = rows(await recipe(sandbox, 'GET', `${path}/transactions`));
      expect(history).toMatchObject([withdrawal, { ...Object(buy), type: 'bitcoin_buy' }]);
      expect(await recipe(sandbox, 'GET', `${path}/transactions`, 'page=2')).toEqual([]);
      expect(await recipe(sandbox, 'GET', `${path}/transactions?page=2`)).toEqual([]);
      const tid = textField(withdrawal, 'tid');
      expect(await recipe(sandbox, 'GET', `${path}/transactions/${tid}`)).toEqual(history[0]);

      expect(await recipe(sandbox, 'GET', '/clients/BT-C000000')).toEqual({ errors: 'Not found' });
    } finally {
      await sandbox.close();
    }
  });
});
