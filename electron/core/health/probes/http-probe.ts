/**
 * One HTTP request through the tunnel. The URL provides path, query, Host header and TLS server name; the connection
 * always goes to the tunnel's endpoint. Redirects count as answers like any other.
 */
import http from 'node:http';
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { BodySearch } from './body-search.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { misconfigured } from './probe-failures.ts';
import { overTls } from './probe-tls.ts';
import { resolveProbeUrl, type HttpProbeSpec } from './probe-url.ts';

const maxQuotedCharacters = 80;
const lacksContent = {
  code: 'check-failed',
  title: 'The answer does not contain what the health check expects',
} as const;

/** Passes on an expected status whose body contains the expected text within the first 1 MB. */
export function probeHttp(request: ProbeRequest, spec: HttpProbeSpec): Promise<ProbeResult> {
  const url = resolveProbeUrl(spec, 'localhost');
  if (url === null) {
    return Promise.resolve(misconfigured('the url of the check is not valid'));
  }
  const transport = {
    halfCloses: false,
    ...(spec.type === 'https' ? overTls({ ...spec, servername: url.hostname }) : {}),
  };
  return probeOverConnection(request, transport, (connection) => {
    connection.reach({
      awaits: 'answer',
      name: 'before-answer',
      whenClosed: 'the connection was closed before an answer arrived',
    });
    try {
      sendRequest(connection, spec, url);
    } catch (error) {
      // HTTP does not allow this method or header.
      const reason = error instanceof Error ? error.message : String(error);
      connection.fail(misconfigured(`the request cannot be sent: ${reason}`));
    }
  });
}

function sendRequest(connection: ProbeConnection, spec: HttpProbeSpec, url: URL): void {
  const outgoing = http.request({
    method: spec.method,
    path: url.pathname + url.search,
    // Node compares names case-insensitively, so a configured header wins in any spelling.
    headers: {
      host: url.host,
      accept: '*/*',
      'user-agent': 'LocalPort',
      connection: 'close',
      ...spec.headers,
    },
    auth:
      url.username === '' ? null : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
    // With this option and no agent, the request uses our connection; an agent would open another one.
    createConnection: () => connection.socket,
  });
  outgoing.on('error', (error) => connection.failBy(error));
  outgoing.on('response', (answer) => judge(connection, spec, answer));
  // A service that switches protocols (101) has answered too.
  outgoing.on('upgrade', (answer) => judge(connection, spec, answer));
  outgoing.end();
}

function judge(connection: ProbeConnection, spec: HttpProbeSpec, answer: http.IncomingMessage): void {
  answer.on('error', (error) => connection.failBy(error));
  const status = answer.statusCode ?? 0;
  if (!spec.expectedStatus.includes(status)) {
    connection.failAnswered(`HTTP ${status} where ${formatChoice(spec.expectedStatus)} was expected`, {
      code: 'check-failed',
      title: `HTTP ${status} from the service`,
      remedy: `The tunnel works: check the service, or add ${status} to expected_status if this is the right answer`,
    });
    answer.resume();
  } else if (spec.expectedContent === null || spec.expectedContent === '') {
    connection.pass();
    answer.resume();
  } else {
    searchBody(connection, answer, spec.expectedContent);
  }
}

function searchBody(connection: ProbeConnection, answer: http.IncomingMessage, expected: string): void {
  connection.reach({
    awaits: 'complete answer',
    name: 'mid-answer',
    whenClosed: 'the connection was closed before the answer was complete',
  });
  const search = new BodySearch(expected);
  const quoted = JSON.stringify(expected.slice(0, maxQuotedCharacters));
  answer.on('data', (bytes: Buffer) => {
    const progress = search.read(bytes);
    if (progress === 'found') connection.pass();
    if (progress === 'exhausted')
      connection.failAnswered(`the first 1 MB of the answer did not contain ${quoted}`, lacksContent);
  });
  answer.on('end', () => connection.failAnswered(`the answer did not contain ${quoted}`, lacksContent));
}

/** `200`, `200 or 204`, `200, 201, or 204`. */
function formatChoice(choices: readonly number[]): string {
  return new Intl.ListFormat('en-US', { type: 'disjunction' }).format(choices.map(String));
}
