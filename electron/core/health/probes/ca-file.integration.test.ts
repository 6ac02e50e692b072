// Against servers whose certificates are signed by a private CA.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { afterAll, afterEach, beforeEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createCertificate,
  createSignedCertificate,
  type Certificate,
} from '../../../../e2e/fixtures/certificate.ts';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import { hasPostgres, startPostgres } from '../../../../e2e/fixtures/postgres.ts';
import { listProcesses } from '../../../../e2e/fixtures/process-tree.ts';
import type { TargetProbe } from '../../../../shared/service-spec.ts';
import { Scope } from '../../scope.ts';
import { ask, causeOf, finding, grpc, httpSpec, kafka, postgres, redis, tlsSpec } from './testing/ask.ts';
import { speaksHttp, speaksKafka } from './testing/protocol-servers.ts';
import { answers, listen, neverAnswers, type Behavior } from './testing/test-server.ts';

const everything = new Scope('authorities');
let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());
afterAll(() => everything.close());

let folder: string;
let authority: Certificate;
let other: Certificate;
let server: Certificate;
let caFile: string;
let otherCaFile: string;

const write = async (name: string, content: string | Buffer): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'authorities-'));
  everything.own('folder', () => rm(folder, { recursive: true, force: true }));
  [authority, other] = await Promise.all([createCertificate(), createCertificate()]);
  server = await createSignedCertificate(authority);
  caFile = await write('ca.pem', authority.cert);
  otherCaFile = await write('other.pem', other.cert);
});

const serve = async (behavior: Behavior): Promise<number> => {
  const { port, close } = await listen(behavior, { certificate: server });
  scope.own('server', close);
  return port;
};

const serveGrpc = (): Promise<number> => {
  const grpcServer = new Server();
  new HealthImplementation({ '': 'SERVING' }).addToServer(grpcServer);
  scope.own('grpc', () => {
    grpcServer.forceShutdown();
  });
  const pair = { private_key: Buffer.from(server.key), cert_chain: Buffer.from(server.cert) };
  return new Promise((resolve, reject) => {
    grpcServer.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
};

const check = (port: number, spec: TargetProbe, given: object): Promise<string> =>
  finding(ask({ kind: 'tcp', host: '127.0.0.1', port }, { ...spec, ...given }, { timeoutMs: 5000 }));

const https = httpSpec({ type: 'https' });
const unknownAuthority = 'the certificate is signed by an unknown authority';
const welcome = speaksHttp((_, response) => response.end('welcome'));

describe('ca_file', () => {
  it.each([
    ['https', https, () => serve(welcome)],
    ['tls', { ...tlsSpec, verifySsl: true }, () => serve(neverAnswers)],
    ['redis', { ...redis, tls: true }, () => serve(answers('+PONG\r\n'))],
    ['kafka', { ...kafka, tls: true }, () => serve(speaksKafka())],
    ['grpc', { ...grpc, tls: true }, serveGrpc],
  ] as [string, TargetProbe, () => Promise<number>][])(
    'makes a check trust the authority that it holds, and no other: %s',
    async (_, spec, start) => {
      const port = await start();
      expect(await check(port, spec, {})).toBe(unknownAuthority);
      expect(await check(port, spec, { caFile })).toBe('passed');
      expect(await check(port, spec, { caFile: otherCaFile })).toBe(unknownAuthority);
    },
  );

  it.skipIf(!hasPostgres)('has the certificate of PostgreSQL verified, as libpq does', async () => {
    const user = { user: 'app', password: 'correct horse' };
    const database = await startPostgres({
      ...user,
      certificate: server,
      hba: ['hostssl all all all scram-sha-256'],
    });
    scope.own('postgres', () => database.dispose());
    const login = { ...postgres, ...user, database: 'postgres' };
    const checkWith = (given: object): Promise<string> => check(database.port, login, given);
    for (const sslmode of ['verify-ca', 'verify-full']) {
      expect(await checkWith({ sslmode })).toBe(unknownAuthority);
      expect(await checkWith({ sslmode, caFile })).toBe('passed');
    }
    expect(await checkWith({ sslmode: 'verify-full', caFile, host: 'db.internal' })).toBe(
      'the certificate is for another host',
    );
    for (const sslmode of ['allow', 'prefer', 'require']) {
      expect(await checkWith({ sslmode })).toBe('passed');
      expect(await checkWith({ sslmode, caFile })).toBe('passed');
      expect(await checkWith({ sslmode, caFile: otherCaFile })).toBe(unknownAuthority);
    }
  });

  it('may contain several CA certificates, with text between them', async () => {
    const both = await write('both.pem', `One:\n${other.cert}\nTwo:\n${authority.cert}`);
    expect(await check(await serve(welcome), https, { caFile: both })).toBe('passed');
  });

  it('does not make a certificate for another host valid', async () => {
    const spec = { ...https, url: 'https://db.internal/', caFile };
    expect(await check(await serve(welcome), spec, {})).toBe('the certificate is for another host');
  });

  it('is read again by each check, when it appears and after changes', async () => {
    const port = await serve(welcome);
    const renewed = path.join(folder, 'renewed.pem');
    expect(await check(port, https, { caFile: renewed })).toBe(
      'the ca_file of the check does not exist (No such file or directory)',
    );
    await writeFile(renewed, other.cert);
    expect(await check(port, https, { caFile: renewed })).toBe(unknownAuthority);
    await writeFile(renewed, authority.cert);
    expect(await check(port, https, { caFile: renewed })).toBe('passed');
  });

  it.each([
    ['is not there', 'absent.pem', null, 'file-missing', 'does not exist'],
    ['is a folder', '.', null, 'file-unreadable', 'cannot be read'],
    ['has two megabytes', 'big.pem', () => ' '.repeat(2 << 20), 'file-unreadable', 'cannot be read'],
    ['is empty', 'empty.pem', () => '', 'authority-missing', 'contains no certificate'],
    ['holds a key', 'key.pem', () => authority.key, 'authority-missing', 'contains no certificate'],
    [
      'holds half a certificate',
      'half.pem',
      () => authority.cert.slice(0, 400),
      'authority-missing',
      'contains no certificate',
    ],
    [
      'is not PEM',
      'ca.der',
      () => new X509Certificate(authority.cert).raw,
      'authority-missing',
      'contains no certificate',
    ],
  ] as [string, string, (() => string | Buffer) | null, string, string][])(
    'fails the check with its name when it %s',
    async (_, name, content, code, title) => {
      const file = path.join(folder, name);
      if (content !== null) await writeFile(file, content());
      let connections = 0;
      const { endpoint, close } = await listen(() => (connections += 1), { certificate: server });
      scope.own('server', close);
      const spec = { ...https, caFile: file };
      expect(await causeOf(ask(endpoint, spec), spec)).toEqual([
        code,
        `The file ${file} ${title}`,
        expect.stringMatching(/^the ca_file of the check /),
      ]);
      expect(connections).toBe(0);
    },
  );

  it('may be on a volume that hangs: the check reports it, and one reader serves all checks', async () => {
    // Opening a named pipe without a writer hangs as well.
    const file = path.join(folder, 'pipe.pem');
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', file]);
    const spec = { ...https, caFile: file };
    const port = await serve(welcome);
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port } as const;
    const readers = async (): Promise<number> =>
      (await listProcesses()).filter(({ command }) => command === `/bin/cat ${file}`).length;
    const late = Array.from({ length: 8 }, () => causeOf(ask(endpoint, spec, { timeoutMs: 1_500 }), spec));
    const patient = finding(ask(endpoint, spec, { timeoutMs: 20_000 }));
    await eventually('it is being read', async () => (await readers()) > 0);
    expect(await readers()).toBe(1);
    const unread = [
      'file-unreadable',
      `The file ${file} cannot be read`,
      'the ca_file of the check could not be read within 1.5 s',
    ];
    expect(await Promise.all(late)).toEqual(late.map(() => unread));
    expect(await readers()).toBe(1);
    await writeFile(file, authority.cert);
    expect(await patient).toBe('passed');
  });

  it('is not read any longer than a check waits for it', async () => {
    const file = path.join(folder, 'silent.pem');
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', file]);
    const readers = async (): Promise<number> =>
      (await listProcesses()).filter(({ command }) => command === `/bin/cat ${file}`).length;
    const port = await serve(welcome);
    const cancellation = new AbortController();
    const given = { timeoutMs: 20_000, signal: cancellation.signal };
    const result = ask({ kind: 'tcp', host: '127.0.0.1', port }, { ...https, caFile: file }, given);
    await eventually('it is being read', async () => (await readers()) === 1);
    cancellation.abort();
    expect(await result).toEqual({ kind: 'canceled' });
    await eventually('no reader is left', async () => (await readers()) === 0);
    await rm(file);
    await writeFile(file, authority.cert);
    expect(await check(port, { ...https, caFile: file }, {})).toBe('passed');
  });

  it('is not read if nothing is verified', async () => {
    const caFile = path.join(folder, 'absent.pem');
    const plain = await listen(welcome);
    scope.own('server', () => plain.close());
    expect(await check(plain.port, httpSpec(), { caFile })).toBe('passed');
    expect(await check(await serve(welcome), https, { caFile, verifySsl: false })).toBe('passed');
    expect(await check(plain.port, { ...redis, caFile }, {})).toBe('the answer is not Redis');
  });

  it('is not read for a canceled check, which does not connect either', async () => {
    let connections = 0;
    const { endpoint, close } = await listen(() => (connections += 1), { certificate: server });
    scope.own('server', close);
    const cancellation = new AbortController();
    const result = ask(endpoint, { ...https, caFile }, { signal: cancellation.signal });
    cancellation.abort();
    expect(await result).toEqual({ kind: 'canceled' });
    // A connection already started would be accepted before this one.
    expect(await finding(ask(endpoint, { ...https, caFile }, { timeoutMs: 300 }))).not.toBe('canceled');
    expect(connections).toBe(1);
  });
});
