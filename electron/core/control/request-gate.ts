/** Decides by the head of a request whether it is served at all. Pure. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  controlHostName,
  controlProtocol,
  protocolHeader,
  type ControlError,
} from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { findRoute, type ControlRoute } from './control-routes.ts';

export interface RequestHead {
  readonly method: string;
  /** As written in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Every `Host` header. */
  readonly hosts: readonly string[];
}

export interface Admitted {
  readonly route: ControlRoute;
  /** Without the question mark. */
  readonly query: string;
}

/**
 * Browsers send `Origin` with the requests of a page, and after DNS rebinding the page's own name as `Host`. No browser
 * reaches a Unix socket directly, but a proxy in front of one can be reached.
 */
export function admit(head: RequestHead, hostVersion: string): Result<Admitted, ControlError> {
  const { method, target, headers } = head;
  const foreign = foreignness(head) ?? mismatch(headers, hostVersion);
  if (foreign !== null) return err(foreign);
  const [path, query] = split(target, '?');
  const route = findRoute(path);
  if (route === undefined) return err({ code: 'not-found', message: `there is no route ${shown(path)}` });
  if (route.method !== method) {
    return err({ code: 'wrong-method', message: `${path} is asked for with ${route.method}, not ${method}` });
  }
  const fault = bodyFault(route, headers);
  return fault === null ? ok({ route, query }) : err(fault);
}

function foreignness({ hosts, headers }: RequestHead): ControlError | null {
  const [host] = hosts;
  if (host === undefined || hosts.length > 1)
    return { code: 'bad-request', message: `expected one Host header, found ${hosts.length}` };
  if (headers.origin !== undefined)
    return { code: 'not-permitted', message: 'requests of web pages (with an Origin header) are refused' };
  if (host.toLowerCase() !== controlHostName)
    return { code: 'not-permitted', message: `Host must be ${controlHostName}, not ${shown(host)}` };
  return null;
}

/** A client that names no protocol uses the one in the path. */
function mismatch(headers: IncomingHttpHeaders, hostVersion: string): ControlError | null {
  const protocol = headers[protocolHeader.toLowerCase()];
  if (protocol === undefined || protocol === String(controlProtocol)) return null;
  const command = /^localport\/(\S{1,100})$/.exec(headers['user-agent'] ?? '')?.[1] ?? 'of another version';
  return {
    code: 'version-mismatch',
    message:
      `the running LocalPort ${hostVersion} speaks control protocol ${controlProtocol}, this command (${command}) ` +
      `protocol ${shown(String(protocol))}: restart LocalPort so that both are of one version`,
  };
}

function bodyFault({ method, path }: ControlRoute, headers: IncomingHttpHeaders): ControlError | null {
  const length = headers['content-length'];
  const hasBody = headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  if (!hasBody) return null;
  if (method === 'GET') return { code: 'bad-request', message: `${path} takes no body` };
  const type = headers['content-type'] ?? '';
  if (/^application\/json\s*(;|$)/i.test(type)) return null;
  return {
    code: 'wrong-content-type',
    message: `the body of ${path} must be application/json, not ${type === '' ? 'of an unnamed type' : shown(type)}`,
  };
}

function split(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** Shortens text from a client, for answers and log lines. */
const shown = (text: string): string => JSON.stringify(text.slice(0, 100));
