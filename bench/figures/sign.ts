import { execFileSync } from 'node:child_process';
import { defaultApiOptions } from '#shared/domain/profile.ts';
import { buildRequest, type RequestPlan } from '../../src/main/bitpro/request.ts';
import { encodeForm } from '../../src/main/bitpro/sign.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { interleave, type Figure } from '../harness.ts';

const REQUESTS_A_ROUND = 100_000;
/** Of the reference. */
const SECRET =
  'TkLPjz2dzzyoMZdkJqM1qLusyTizYPl0IeX7vHi+17+mlYEjyfnLIgqopAQ8Bnk2QnwcSYa4VuXY384EnGi3tA==';
const identity = {
  baseUrl: 'https://sandbox.bitit.pro/api/v1',
  apiKey: 'M3175465',
  signer: createSigner(SECRET),
  options: defaultApiOptions,
};
const page: RequestPlan = {
  method: 'GET',
  endpoint: '/clients/BT-C798980/transactions',
  query: 'page=12',
  body: Buffer.alloc(0),
  isPublic: false,
};
const withdrawal: RequestPlan = {
  method: 'POST',
  endpoint: '/clients/BT-C962387/withdrawal',
  query: '',
  body: encodeForm({ address: '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr', amount: '0.12' }),
  isPublic: false,
};

/** Nanoseconds of processor time for the headers of one request, signature, MD5 and Date included. */
function oursNs(plan: RequestPlan): number {
  // Each in another second than the one before it, as requests over a slow line are.
  let nowMs = Date.UTC(2017, 3, 10);
  const before = process.cpuUsage();
  for (let request = 0; request < REQUESTS_A_ROUND; request += 1) {
    nowMs += 50;
    buildRequest(plan, identity, nowMs);
  }
  return (process.cpuUsage(before).user * 1000) / REQUESTS_A_ROUND;
}

/** The same of `openssl speed` over as many bytes, which counts processor time as well. */
function opensslNs(bytes: number, algorithm: readonly string[]): number {
  const args = ['speed', '-mr', '-seconds', '1', '-bytes', String(bytes), ...algorithm];
  const printed = execFileSync('openssl', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const bytesASecond = Number(/^\+F:\d+:[^:]+:([\d.]+)$/m.exec(printed)?.[1]);
  if (!(bytesASecond > 0)) throw new Error(`openssl speed said ${printed}`);
  return (bytes / bytesASecond) * 1e9;
}

function hmacNs(plan: RequestPlan): number {
  const { canonicalString } = buildRequest(plan, identity, 0);
  return opensslNs(canonicalString.length, ['-hmac', 'sha1']);
}

export const figures: readonly Figure[] = [
  {
    name: 'sign.get',
    unit: 'ns',
    anchor: '`openssl speed -hmac sha1` over a string as long, processor time of both',
    goal: [{ maxRatio: 8 }],
    run: ({ rounds }) =>
      interleave(
        rounds,
        () => oursNs(page),
        () => hmacNs(page),
      ),
  },
  {
    name: 'sign.post',
    unit: 'ns',
    anchor: '`openssl speed` of HMAC-SHA1 and of MD5 over as many bytes, processor time of both',
    goal: [{ maxRatio: 4 }],
    run: ({ rounds }) =>
      interleave(
        rounds,
        () => oursNs(withdrawal),
        () => hmacNs(withdrawal) + opensslNs(withdrawal.body.length, ['-evp', 'md5']),
      ),
  },
];
