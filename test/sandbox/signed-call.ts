import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Sandbox } from '../../src/sandbox/server.ts';

/** Signs and sends by the letter of bitpro-api.md; every field can be falsified. */

export const merchant = { apiKey: 'M3175465', secret: 'TkLPjz2dzzyoMZdkJqM1qLusyTizYPl0IeX7v==' };
export const otherMerchant = { apiKey: 'M9999999', secret: 'another secret' };

export interface Call {
  method?: 'GET' | 'POST';
  /** Below /api/v1, query included. */
  path: string;
  body?: string;
  atMs: number;
  as?: { apiKey: string; secret: string };
  /** The Content-MD5 header; null leaves it out. */
  contentMd5?: string | null;
  /** The Content-MD5 that is signed, where it differs from the header. */
  signedMd5?: string;
  signedUri?: string;
  date?: string;
  authorization?: string;
  contentType?: string;
}

export interface Answer {
  status: number;
  date: string | undefined;
  json: unknown;
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('base64');
}

export async function signedCall(sandbox: Sandbox, call: Call): Promise<Answer> {
  const { method = 'GET', body = '', as = merchant } = call;
  const contentMd5 = call.contentMd5 === undefined ? md5(body) : call.contentMd5;
  const date = call.date ?? new Date(call.atMs).toUTCString();
  const uri = call.signedUri ?? `/api/v1${call.path}`;
  const canonical = [method, call.signedMd5 ?? contentMd5 ?? '', uri, date].join(',');
  const signature = createHmac('sha1', as.secret).update(canonical).digest('base64');
  return send(`${sandbox.url}${call.path}`, method, body, {
    Authorization: call.authorization ?? `Bitpro ${as.apiKey}:${signature}`,
    Date: date,
    ...(contentMd5 === null ? {} : { 'Content-MD5': contentMd5 }),
    ...(call.contentType === undefined ? {} : { 'Content-Type': call.contentType }),
  });
}

/** node:http, since fetch refuses a GET with a body. */
export function send(
  url: string,
  method: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const json: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        resolve({ status: response.statusCode ?? 0, date: response.headers.date, json });
      });
    });
    request.on('error', reject);
    request.setHeader('Content-Length', Buffer.byteLength(body));
    request.end(body);
  });
}
