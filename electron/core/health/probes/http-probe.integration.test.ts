import http, { type IncomingMessage, type RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { Scope } from '../../scope.ts';
import { ask, finding, httpSpec } from './testing/ask.ts';
import { speaksHttp } from './testing/protocol-servers.ts';
import {
  answers,
  closesAtOnce,
  floodsAfter,
  listen,
  neverAnswers,
  sendsGarbage,
  type Behavior,
} from './testing/test-server.ts';
import type { HttpProbeSpec } from './probe-url.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const checkOf = async (
  behavior: Behavior,
  spec: Partial<HttpProbeSpec> = {},
  timeoutMs = 1000,
): Promise<string> => {
  const server = await listen(behavior);
  scope.own('server', () => server.close());
  return finding(ask(server.endpoint, httpSpec(spec), { timeoutMs }));
};

const responds = (status: number, body = '', headers: Record<string, string> = {}): Behavior =>
  speaksHttp((_, response) => response.writeHead(status, headers).end(body));

/** The request as the server received it. */
const requestOf = async (spec: Partial<HttpProbeSpec>): Promise<IncomingMessage> => {
  let seen: IncomingMessage | undefined;
  const keep: RequestListener = (request, response) => {
    seen = request;
    response.end();
  };
  expect(await checkOf(speaksHttp(keep), spec)).toBe('passed');
  return seen!;
};

describe('http probe', () => {
  it.each([200, 201, 202, 204])('passes on %i', async (status) => {
    expect(await checkOf(responds(status))).toBe('passed');
  });

  it('fails on an unexpected status, and names the expected ones', async () => {
    expect(await checkOf(responds(503))).toBe('HTTP 503 where 200, 201, 202, or 204 was expected');
    expect(await checkOf(responds(200), { expectedStatus: [401] })).toBe('HTTP 200 where 401 was expected');
  });

  it('treats a redirect as an answer and does not follow it', async () => {
    const redirect = responds(302, '', { location: 'http://127.0.0.1:1/' });
    expect(await checkOf(redirect, { expectedStatus: [302] })).toBe('passed');
    expect(await checkOf(redirect, { expectedStatus: [200] })).toBe('HTTP 302 where 200 was expected');
  });

  it('passes on a protocol switch if that is expected', async () => {
    const upgrade = answers(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(await checkOf(upgrade, { expectedStatus: [101] })).toBe('passed');
  });

  it('looks for the expected content in the body', async () => {
    expect(await checkOf(responds(200, '{"status":"ok"}'), { expectedContent: '"ok"' })).toBe('passed');
    expect(await checkOf(responds(200, 'down'), { expectedContent: 'ok' })).toBe(
      'the answer did not contain "ok"',
    );
    expect(await checkOf(responds(200), { expectedContent: 'ok' })).toBe('the answer did not contain "ok"');
    expect(await checkOf(responds(204), { expectedContent: '' })).toBe('passed');
  });

  it('finds content at the end of a megabyte sent in chunks of a dozen bytes', async () => {
    const chunk = 'c\r\na dozen long\r\n';
    const chunks = chunk.repeat(Math.floor((1024 * 1024 - 2) / 12));
    const whole = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}2\r\nok\r\n0\r\n\r\n`;
    expect(await checkOf(answers(whole), { expectedContent: 'ok' }, 10_000)).toBe('passed');
  });

  it('reads at most a megabyte of an endless body', async () => {
    const endless = floodsAfter('HTTP/1.1 200 OK\r\n\r\n');
    const expected = 'the first 1 MB of the answer did not contain "ok"';
    expect(await checkOf(endless, { expectedContent: 'ok' }, 10_000)).toBe(expected);
  });

  it('passes on the status of an endless body if no content is expected, and soon stops reading', async () => {
    let bytesSent = 0;
    const endless: Behavior = (socket) => {
      floodsAfter('HTTP/1.1 200 OK\r\n\r\n')(socket);
      socket.once('close', () => (bytesSent = socket.bytesWritten));
    };
    expect(await checkOf(endless)).toBe('passed');
    await expect.poll(() => bytesSent).toBeGreaterThan(0);
    // Bytes in kernel buffers count as sent.
    expect(bytesSent).toBeLessThan(16 * 1024 * 1024);
  });

  it('sends path, query, host, credentials, method and headers as configured', async () => {
    const request = await requestOf({
      url: 'http://me:s%40cret@api.internal:8080/health?deep=1',
      method: 'POST',
      headers: { 'X-Check': 'yes', 'User-Agent': 'mine' },
    });
    expect([request.method, request.url]).toEqual(['POST', '/health?deep=1']);
    expect(request.headers).toMatchObject({
      host: 'api.internal:8080',
      authorization: `Basic ${Buffer.from('me:s@cret').toString('base64')}`,
      'x-check': 'yes',
      'user-agent': 'mine',
      connection: 'close',
    });
  });

  it('prefers a configured Host header, in any spelling', async () => {
    const request = await requestOf({ url: 'http://one/', headers: { HOST: 'two' } });
    expect(request.rawHeaders.filter((name) => name.toLowerCase() === 'host')).toHaveLength(1);
    expect(request.headers.host).toBe('two');
  });

  it.each([
    ['closes at once', closesAtOnce, 'the connection was closed before an answer arrived'],
    ['sends garbage', sendsGarbage, 'the answer is not HTTP (HPE_INVALID_CONSTANT)'],
    ['sends endless headers', floodsAfter('HTTP/1.1 200 OK\r\nx: '), 'the response headers are too large'],
    ['never answers', neverAnswers, 'no answer within 1 s'],
  ] as const)('fails on a server that %s', async (_, behavior, expected) => {
    expect(await checkOf(behavior)).toBe(expected);
  });

  it('fails when the answer is truncated, or takes too long, before the content was found', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc';
    const spec = { expectedContent: 'ok' };
    const breaksOff: Behavior = (socket) => socket.once('data', () => socket.end(head));
    expect(await checkOf(breaksOff, spec)).toBe('the connection was closed before the answer was complete');
    expect(await checkOf(answers(head), spec, 300)).toBe('no complete answer within 300 ms');
  });

  it('fails on a configuration that yields no valid request', async () => {
    expect(await checkOf(responds(200), { url: 'http://' })).toBe('the url of the check is not valid');
    expect(await checkOf(responds(200), { method: 'GE T' })).toMatch(/^the request cannot be sent: .*GE T/);
    expect(await checkOf(responds(200), { headers: { 'a b': 'c' } })).toMatch(
      /^the request cannot be sent: .*a b/,
    );
  });

  it('shares no agent with other checks, so a hanging check delays no other', async () => {
    const { maxSockets } = http.globalAgent;
    http.globalAgent.maxSockets = 1;
    scope.own('agent', () => {
      http.globalAgent.maxSockets = maxSockets;
    });
    const url = 'http://api.internal/';
    const hanging = checkOf(neverAnswers, { url });
    expect(await checkOf(responds(200), { url })).toBe('passed');
    expect(Object.keys(http.globalAgent.sockets)).toEqual([]);
    expect(await hanging).toBe('no answer within 1 s');
  });

  it('lets the server finish its answer, so that the remote end sees no reset', async () => {
    let ending: string | undefined;
    const slow: Behavior = (socket) => {
      const later = (delayMs: number, action: () => void): unknown => systemClock.after(delayMs, action);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        later(30, () => socket.write('the first half'));
        later(60, () => socket.write('the second half'));
        later(90, () => {
          ending = socket.writable ? 'finished' : 'the client left early';
          socket.end();
        });
      });
    };
    expect(await checkOf(slow)).toBe('passed');
    await expect.poll(() => ending).toBe('finished');
  });
});
