import { describe, expect, it } from 'vitest';
import { resolveProbeUrl, type HttpProbeSpec } from './probe-url.ts';

const specOf = (type: 'http' | 'https', url: string | null): HttpProbeSpec => ({
  type,
  url,
  method: 'GET',
  expectedStatus: [200],
  expectedContent: null,
  headers: {},
  verifySsl: true,
  caFile: null,
});

describe('probe url', () => {
  it.each([
    ['http', null, 'http://localhost:8080/'],
    ['https', null, 'https://localhost:8080/'],
    ['http', '/health?deep=1', 'http://localhost:8080/health?deep=1'],
    ['http', 'db:9000/health', 'http://db:9000/health'],
    ['http', 'db', 'http://db/'],
    ['http', 'http://localhost:1234/ready', 'http://localhost:1234/ready'],
    ['https', 'https://[::1]:8443/', 'https://[::1]:8443/'],
    ['http', 'http://', undefined],
    ['http', 'ftp://db/', undefined],
  ] as const)('completes the url of a check of type %s: %s', (type, url, expected) => {
    expect(resolveProbeUrl(specOf(type, url), 'localhost:8080')?.href).toBe(expected);
  });
});
