/**
 * Which transport a service uses. Services with the same key share one: an ssh login (host, user, port, key,
 * password, jump hosts, host key checking) or a kube context of one kubeconfig. tcp and command services share
 * nothing.
 */
import type { ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';
import { defaultStartTimeoutMs } from '../config/service-defaults.ts';

export interface TransportKey {
  readonly kind: 'ssh' | 'kubernetes';
  /** Keep it in memory only: it may contain a password. */
  readonly id: string;
  /** For people, without secrets: `ssh me@bastion`. */
  readonly name: string;
  /** The subject of a sentence: `The ssh host bastion`. */
  readonly title: string;
  /** Only one service uses it. */
  readonly isAlone: boolean;
}

export function transportKeyOf(service: ServiceSpec): TransportKey | null {
  const { connection } = service;
  switch (connection.technology) {
    case 'ssh': {
      // The user's own connection: LocalPort does not retry it.
      if (connection.usesOwnMaster === true) return null;
      const isAlone = service.isAlone === true;
      const { startTimeoutMs } = service;
      // A service with a longer start timeout does not share.
      const timeout = startTimeoutMs === defaultStartTimeoutMs ? '' : String(startTimeoutMs);
      const { host, user, port, jump } = connection;
      const place = `${user === null ? '' : `${user}@`}${host}${port === null ? '' : `:${port}`}`;
      return {
        kind: 'ssh',
        id: ['ssh', loginOf(connection), timeout, isAlone ? service.name : ''].join('\n'),
        name: ['ssh', ...jump.map((hop) => `${hop} →`), place].join(' '),
        title: `The ssh host ${host}`,
        isAlone,
      };
    }
    case 'kubectl': {
      const { context, kubeconfig } = connection;
      const file = kubeconfig === null ? '' : ` in ${kubeconfig}`;
      const name = `kubernetes ${context ?? '(current context)'}${file}`;
      const title = context === null ? 'The cluster' : `The cluster ${context}`;
      return { kind: 'kubernetes', id: name, name, title, isAlone: false };
    }
    case 'tcp':
    case 'command':
      return null;
  }
}

/** All settings that decide whether a login works. Keep it in memory only: it contains the password. */
export const loginOf = ({
  host,
  port,
  user,
  keyFile,
  password,
  jump,
  strictHostKeyChecking,
}: SshConnection): string =>
  JSON.stringify([host, port, user, keyFile, password, jump, strictHostKeyChecking]);
