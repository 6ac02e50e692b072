import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build, stop } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import { ask, finding, httpSpec } from './testing/ask.ts';
import { speaksHttp } from './testing/protocol-servers.ts';
import { makeCertificate } from './testing/test-certificate.ts';
import { answers, listen, neverAnswers, type ListenOptions, type TestServer } from './testing/test-server.ts';
import type { HttpProbeSpec } from './probe-url.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const notBefore = new Date('2020-01-01');
const notAfter = new Date('2049-01-01');
const certificate = makeCertificate({ host: 'db.internal', notBefore, notAfter });
const ofAddress = makeCertificate({ host: '192.0.2.7', notBefore, notAfter });
const expired = makeCertificate({ host: 'db.internal', notBefore, notAfter: new Date('2020-02-01') });

const serve = async (behavior: Parameters<typeof listen>[0], options: ListenOptions): Promise<TestServer> => {
  const server = await listen(behavior, options);
  scope.own('server', () => server.close());
  return server;
};

const https = (given: Partial<HttpProbeSpec> = {}): HttpProbeSpec =>
  httpSpec({ type: 'https', url: 'https://db.internal/', ...given });

const welcome = speaksHttp((_, response) => response.end('welcome'));

describe('https probe', () => {
  it('passes without verifying the certificate if configured so', async () => {
    const server = await serve(welcome, { certificate });
    const spec = https({ verifySsl: false, expectedContent: 'welcome' });
    expect(await finding(ask(server.endpoint, spec))).toBe('passed');
  });

  it('sends the host of its URL as server name, but no address', async () => {
    const names: unknown[] = [];
    const server = await serve(
      (socket) => {
        names.push('servername' in socket ? socket.servername : undefined);
        welcome(socket);
      },
      { certificate },
    );
    for (const url of [null, 'https://db.internal/', 'https://127.0.0.1/', 'https://[::1]/']) {
      expect(await finding(ask(server.endpoint, https({ url, verifySsl: false })))).toBe('passed');
    }
    expect(names).toEqual(['localhost', 'db.internal', false, false]);
  });

  it.each([
    ['is self-signed', certificate, 'the certificate is self-signed'],
    ['has expired', expired, 'the certificate has expired'],
  ])('fails when the certificate %s', async (_, given, expected) => {
    const server = await serve(welcome, { certificate: given });
    expect(await finding(ask(server.endpoint, https()))).toBe(expected);
  });

  it('reports that the remote end does not speak TLS', async () => {
    const server = await serve(answers('HTTP/1.1 400 Bad Request\r\n\r\n'), {});
    expect(await finding(ask(server.endpoint, https()))).toBe('the answer is not TLS');
  });

  it('reports that no handshake arrived', async () => {
    const server = await serve(neverAnswers, {});
    expect(await finding(ask(server.endpoint, https(), { timeoutMs: 300 }))).toBe(
      'no TLS handshake within 300 ms',
    );
  });

  it('verifies issuer (default CAs, or those of ca_file instead), dates and host of the certificate', async () => {
    const named = await serve(welcome, { certificate });
    const addressed = await serve(welcome, { certificate: ofAddress });
    const late = await serve(welcome, { certificate: expired });
    const trusted = [certificate, ofAddress, expired].map(({ cert }) => cert);
    const findings = await inProcessThatTrusts(trusted, [
      { port: named.port, spec: https() },
      { port: named.port, spec: https({ url: 'https://other.internal/' }) },
      { port: named.port, spec: https({ url: 'https://127.0.0.1/' }) },
      { port: addressed.port, spec: https({ url: 'https://192.0.2.7/' }) },
      { port: late.port, spec: https() },
      { port: named.port, spec: https({ caFile: await fileWith(ofAddress.cert) }) },
      { port: named.port, spec: https({ caFile: await fileWith(certificate.cert) }) },
    ]);
    expect(findings).toEqual([
      'passed',
      'the certificate is for another host',
      'the certificate is for another host',
      'passed',
      'the certificate has expired',
      'the certificate is self-signed',
      'passed',
    ]);
  });
});

async function fileWith(content: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'authorities-'));
  scope.own('directory', () => rm(directory, { recursive: true }));
  const file = path.join(directory, 'ca.pem');
  await writeFile(file, content);
  return file;
}

/** Additional CA certificates are read only when a process starts, so the probe runs in its own process. */
async function inProcessThatTrusts(
  certificates: readonly string[],
  checks: readonly { readonly port: number; readonly spec: HttpProbeSpec }[],
): Promise<unknown> {
  const directory = await mkdtemp(path.join(tmpdir(), 'probe-'));
  scope.own('directory', () => rm(directory, { recursive: true }));
  const [authorities, script] = [path.join(directory, 'authorities.pem'), path.join(directory, 'check.cjs')];
  await writeFile(authorities, certificates.join(''));
  await build({
    stdin: {
      contents: `
        import { ask, finding } from './testing/ask.ts';
        const checks = ${JSON.stringify(checks)};
        const endpoint = (port) => ({ kind: 'tcp', host: '127.0.0.1', port });
        Promise.all(checks.map(({ port, spec }) => finding(ask(endpoint(port), spec))))
          .then((findings) => console.log(JSON.stringify(findings)));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: script,
  });
  await stop();
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: authorities };
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
  return JSON.parse(stdout);
}
