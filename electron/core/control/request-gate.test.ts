import { describe, expect, it } from 'vitest';
import { admit, type RequestHead } from './request-gate.ts';

/** The verdict on a head: the name of the route, or the code of the failure with its message. */
function verdict(head: Partial<RequestHead>): string {
  const usual = { method: 'GET', target: '/v1/services', headers: {}, hosts: ['localport'] };
  const admitted = admit({ ...usual, ...head }, '1.2.3');
  return admitted.ok ? admitted.value.route.name : `${admitted.error.code}: ${admitted.error.message}`;
}

const post = (target: string, headers: RequestHead['headers'] = {}): Partial<RequestHead> => ({
  method: 'POST',
  target,
  headers,
});

describe('a request is served', () => {
  it.each<[Partial<RequestHead>, string]>([
    [{}, 'snapshot'],
    [{ hosts: ['LocalPort'] }, 'snapshot'],
    [{ target: '/v1/services/watch?live=true' }, 'watch-snapshot'],
    [{ headers: { 'localport-protocol': '3' } }, 'snapshot'],
    [post('/v1/config/reload'), 'reload'],
    [post('/v1/config/reload', { 'content-length': '0' }), 'reload'],
    [post('/v1/logs', { 'content-length': '2', 'content-type': 'application/json' }), 'logs'],
    [post('/v1/logs', { 'content-length': '2', 'content-type': 'Application/JSON; charset=utf-8' }), 'logs'],
  ])('%j', (head, name) => {
    expect(verdict(head)).toBe(name);
  });
});

describe('a request is refused', () => {
  const foreign = (host: string) => `not-permitted: Host must be localport, not ${JSON.stringify(host)}`;
  const page = 'not-permitted: requests of web pages (with an Origin header) are refused';

  it.each<[string, Partial<RequestHead>, string]>([
    ['of another host', { hosts: ['evil.example'] }, foreign('evil.example')],
    ['of localhost', { hosts: ['localhost'] }, foreign('localhost')],
    ['with a port', { hosts: ['localport:80'] }, foreign('localport:80')],
    ['with an empty host', { hosts: [''] }, foreign('')],
    ['without a host', { hosts: [] }, 'bad-request: expected one Host header, found 0'],
    [
      'with two hosts',
      { hosts: ['localport', 'localport'] },
      'bad-request: expected one Host header, found 2',
    ],
    ['of a web page', { headers: { origin: 'https://evil.example' } }, page],
    ['of a page in a sandbox', { headers: { origin: 'null' } }, page],
    ['of a page of our name', { headers: { origin: 'http://localport' } }, page],
    ['for nothing', { target: '/' }, 'not-found: there is no route "/"'],
    ['for another version', { target: '/v2/services' }, 'not-found: there is no route "/v2/services"'],
    [
      'for what objects have',
      { target: '/v1/constructor' },
      'not-found: there is no route "/v1/constructor"',
    ],
    [
      'as by a proxy',
      { target: 'http://localport/v1/host' },
      'not-found: there is no route "http://localport/v1/host"',
    ],
    [
      'to change by GET',
      { target: '/v1/config/reload' },
      'wrong-method: /v1/config/reload is asked for with POST, not GET',
    ],
    ['to look by HEAD', { method: 'HEAD' }, 'wrong-method: /v1/services is asked for with GET, not HEAD'],
    [
      'to look with a body',
      { headers: { 'content-length': '2' } },
      'bad-request: /v1/services takes no body',
    ],
    [
      'of a form',
      post('/v1/logs', { 'content-length': '2', 'content-type': 'text/plain' }),
      'wrong-content-type: the body of /v1/logs must be application/json, not "text/plain"',
    ],
    [
      'with a type that only begins so',
      post('/v1/logs', { 'content-length': '2', 'content-type': 'application/jsonp' }),
      'wrong-content-type: the body of /v1/logs must be application/json, not "application/jsonp"',
    ],
    [
      'without a type',
      post('/v1/logs', { 'transfer-encoding': 'chunked' }),
      'wrong-content-type: the body of /v1/logs must be application/json, not of an unnamed type',
    ],
  ])('%s', (_, head, refusal) => {
    expect(verdict(head)).toBe(refusal);
  });

  it('with a message that stays short and harmless', () => {
    const hostile = `/\u001b]52;c;${'x'.repeat(10_000)}`;
    const said = verdict({ target: hostile });
    expect(said.length).toBeLessThan(200);
    expect(said).not.toContain('\u001b');
  });
});
