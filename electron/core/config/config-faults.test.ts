import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileText, complaintsOf, loadText, sshConfig, tcpEntry } from './testing/config-text.ts';

/** The keys of each connection. */
const kubectlEntries = (...connections: readonly string[]): string =>
  `services:\n${connections
    .map((connection, index) =>
      tcpEntry(`h${index}`, index + 1)
        .replace('tcp', 'kubectl')
        .replace('host: h', connection),
    )
    .join('')}`;

describe('a faulty config', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['an empty file', '', ['error the file is empty: expected a mapping with services (localport.yaml)']],
    [
      'only comments',
      '# nothing\n',
      ['error the file is empty: expected a mapping with services (localport.yaml)'],
    ],
    [
      'a list',
      '- a\n',
      ['error the file is not a mapping: expected services: at the top (localport.yaml:1)'],
    ],
    [
      'a text',
      'hello',
      ['error the file is not a mapping: expected services: at the top (localport.yaml:1)'],
    ],
    ['every service commented out', 'services:\n#  - name: a\n', []],
    ['no services', 'version: "1"\n', ['error services: is missing, expected a list (localport.yaml:1)']],
    [
      'services that are no list',
      'services: {a: 1}\n',
      [
        'error services: a mapping found where a list is expected: begin each entry with "- " (localport.yaml:1)',
      ],
    ],
    [
      'a tab',
      'services:\n\t- a\n',
      ['error a tab is used here: YAML is indented with spaces only (localport.yaml:2)'],
    ],
    ['an open quote', 'a: "b\n', ['error the quote " that opens here is not closed (localport.yaml:1)']],
    [
      'two documents',
      'services: []\n---\na: 1\n',
      ['error a second YAML document begins here; only one is allowed (localport.yaml:2)'],
    ],
    [
      'a key twice',
      'services: []\nversion: 1\nversion: 2\n',
      ['error the key version appears twice in one mapping (localport.yaml:3)'],
    ],
    [
      'an alias of nothing',
      'services: *all\n',
      [
        'error this alias names no anchor above it: a text that begins with * needs quotes (localport.yaml:1)',
      ],
    ],
    [
      'a number where a mapping belongs',
      sshConfig('    health_check: 5\n'),
      ['error services[0].health_check: 5 found where a mapping is expected (localport.yaml:7)'],
    ],
    [
      'a check or a policy that is turned off by a word',
      sshConfig('    health_check: false\n    restart_policy: off\n'),
      [
        'error services[0].health_check: false found where a mapping is expected; to turn it off, write {enabled: false} (localport.yaml:7)',
        'error services[0].restart_policy: off found where a mapping is expected; to turn it off, write {enabled: false} (localport.yaml:8)',
      ],
    ],
    [
      'UDP, which would be forwarded as TCP',
      sshConfig('    protocol: udp\n'),
      ['error services[0].protocol: LocalPort forwards TCP, not UDP (localport.yaml:7)'],
    ],
    [
      'a variable without braces, and a socket in the place of a host',
      'services:\n  - {name: a, technology: ssh, local_port: 1, remote_port: 1, connection: {host: $HOST, remote_host: /run/s}}\n',
      [
        'error services[0].connection.host: contains "$", which no host name does; an environment variable is written ${HOST} (localport.yaml:2)',
        'error services[0].connection.remote_host: contains "/", which no host name does; a Unix socket belongs in remote_socket (localport.yaml:2)',
      ],
    ],
    [
      'a list as a key',
      '? [a]\n: b\n',
      ['error a list or mapping is used where a key is expected (localport.yaml:1)'],
    ],
    [
      'a service that is no mapping',
      'services: [a]\n',
      ['error services[0]: "a" found where a mapping is expected (localport.yaml:1)'],
    ],
    [
      'an empty service',
      'services:\n  - {}\n',
      [
        'error services[0].name: is missing, expected text (localport.yaml:2)',
        'error services[0].technology: is missing, expected one of kubectl, ssh, tcp, command (localport.yaml:2)',
        'error services[0].local_port: is missing, expected a number; write auto to let LocalPort choose one (localport.yaml:2)',
        'error services[0].connection: is missing, expected a mapping (localport.yaml:2)',
      ],
    ],
    [
      'a port with twenty digits',
      sshConfig().replace('local_port: 5432', 'local_port: 99999999999999999999'),
      ['error services[0].local_port: 99999999999999999999 is too large (localport.yaml:4)'],
    ],
    [
      'a port too high',
      sshConfig().replace('local_port: 5432', 'local_port: 70000'),
      ['error services[0].local_port: 70000 is above 65535 (localport.yaml:4)'],
    ],
    [
      'a port too low',
      sshConfig().replace('local_port: 5432', 'local_port: 0'),
      [
        'error services[0].local_port: 0 is below 1; write auto to let LocalPort choose one (localport.yaml:4)',
      ],
    ],
    [
      'a port that is none',
      sshConfig().replace('local_port: 5432', 'local_port: http'),
      ['error services[0].local_port: "http" found where a number is expected (localport.yaml:4)'],
    ],
    [
      'a host and port as a port',
      sshConfig().replace('local_port: 5432', 'local_port: db:5432'),
      ['error services[0].local_port: "db:5432" found where a number is expected (localport.yaml:4)'],
    ],
    [
      'a known key in place of a port',
      sshConfig().replace('local_port: 5432', 'local_port: remote_port:5432'),
      [
        'error services[0].local_port: "remote_port:5432" found where a number is expected: is a space missing after the colon? (localport.yaml:4)',
      ],
    ],
    [
      'a key without a space in place of a mapping',
      'services: [db:5432]\n',
      [
        'error services[0]: "db:5432" found where a mapping is expected: is a space missing after the colon? (localport.yaml:1)',
      ],
    ],
    [
      'half a port',
      sshConfig().replace('local_port: 5432', 'local_port: 70000.5'),
      ['error services[0].local_port: 70000.5 found where a whole number is expected (localport.yaml:4)'],
    ],
    [
      'no remote port',
      sshConfig().replace('    remote_port: 5432\n', ''),
      ['error services[0].remote_port: is missing, expected a number (localport.yaml:2)'],
    ],
    [
      'a misspelled technology',
      sshConfig().replace('ssh', 'shh'),
      [
        'error services[0].technology: "shh" is none of kubectl, ssh, tcp, command; did you mean ssh? (localport.yaml:3)',
      ],
    ],
    [
      'words of other tools for keys and values',
      'services:\n  - {name: a, type: k8s, local_port: 1, namespace: x, connection: {}}\n  - {name: b, technology: kubernetes, local_port: 2, connection: {}}\n  - {name: c, technology: command, local_port: 3, connection: {command: [x]}}\n  - {name: d, technology: tcp, local_port: 4, remote_port: 1, connection: {server: x}}\n',
      [
        'error services[0].type: unknown key; did you mean technology? (localport.yaml:2)',
        'warning services[0].namespace: unknown key, ignored; it belongs below connection (localport.yaml:2)',
        'error services[1].technology: "kubernetes" is none of kubectl, ssh, tcp, command; did you mean kubectl? (localport.yaml:3)',
        'error services[2].connection.command: unknown key; did you mean argv? (localport.yaml:4)',
        'error services[3].connection.server: unknown key; did you mean host? (localport.yaml:5)',
      ],
    ],
    [
      'no space after a colon, where YAML sees no mistake',
      'services:\n  - name:a\n  - {name: b, technology: tcp, local_port: 1, remote_port: 1, connection: {host:h}}\n',
      ['error a space is missing after "host:" (localport.yaml:3)'],
    ],
    [
      'an empty name',
      sshConfig().replace('name: db', 'name: " "'),
      ['error services[0].name: is empty, expected text (localport.yaml:2)'],
    ],
    [
      'a line break in a name',
      sshConfig().replace('name: db', 'name: "a\\nb"'),
      ['error services[0].name: "a\\nb" contains a control character (localport.yaml:2)'],
    ],
    [
      'a control character in a name',
      sshConfig().replace('name: db', 'name: "a\\eb"'),
      ['error services[0].name: "a\\u001bb" contains a control character (localport.yaml:2)'],
    ],
    [
      'a character in a name that cannot be seen',
      sshConfig().replace('name: db', 'name: "a\\u200bb"'),
      [
        'error services[0].name: "a\\u200bb" contains \\u200b, a character that cannot be seen (localport.yaml:2)',
      ],
    ],
    [
      'characters in a tag, a description and a key file that turn the direction, steer or cannot be seen',
      sshConfig('    tags: ["ok", "\\u202eko"]\n    description: "a\\n\\tb\\x9b2J"\n').replace(
        '{host: bastion}',
        '{host: bastion, key_file: "/k\\a", jump: "a\\u200bb"}',
      ),
      [
        'error services[0].connection.key_file: "/k\\u0007" contains a control character (localport.yaml:6)',
        'error services[0].connection.jump[0]: "a\\u200bb" contains \\u200b, a character that cannot be seen (localport.yaml:6)',
        'error services[0].tags[1]: "\\u202eko" contains \\u202e, a character that cannot be seen (localport.yaml:7)',
        'error services[0].description: "a\\n\\tb\\u009b2J" contains a control character (localport.yaml:8)',
      ],
    ],
    [
      'a control character in a program; a script behind it may have lines',
      'services:\n- {name: a, technology: command, local_port: 1, connection: {argv: ["s\\eh", "{socket}\\n"]}}\n- {name: b, technology: command, local_port: 2, connection: {argv: [sh, -c, "x\\n{socket}"]}, description: "one\\ntwo"}\n',
      ['error services[0].connection.argv: "s\\u001bh" contains a control character (localport.yaml:2)'],
    ],
    [
      'a control character in a context',
      'services:\n- {name: a, technology: kubectl, local_port: 1, remote_port: 1, connection: {resource_name: a, context: "x\\ry"}}\n',
      ['error services[0].connection.context: "x\\ry" contains a control character (localport.yaml:2)'],
    ],
    [
      'a connection without its host',
      sshConfig().replace('{host: bastion}', '{user: me}'),
      ['error services[0].connection.host: is missing, expected text (localport.yaml:6)'],
    ],
    [
      'a host that is an option',
      sshConfig().replace('bastion', '-oProxyCommand=x'),
      [
        'error services[0].connection.host: "-oProxyCommand=x" begins with "-" and would be mistaken for an option (localport.yaml:6)',
      ],
    ],
    [
      'a host with a space',
      sshConfig().replace('bastion', 'a b'),
      ['error services[0].connection.host: "a b" contains a space or a control character (localport.yaml:6)'],
    ],
    [
      'a user that is an option',
      sshConfig().replace('host: bastion', 'host: h, user: -x'),
      [
        'error services[0].connection.user: "-x" begins with "-" and would be mistaken for an option (localport.yaml:6)',
      ],
    ],
    [
      'a URL for a host',
      sshConfig().replace(
        'host: bastion',
        'host: "https://me:hush@bastion:22/", remote_host: "http://[::1]:80/x", jump: "sftp://gate"',
      ),
      [
        'error services[0].connection.host: a URL found where a name is expected: write "bastion" alone (localport.yaml:6)',
        'error services[0].connection.remote_host: a URL found where a name is expected: write "::1" alone (localport.yaml:6)',
        'error services[0].connection.jump[0]: a URL found where a name is expected: write "gate" alone (localport.yaml:6)',
      ],
    ],
    [
      'ssh URLs that ssh does not take, or with a password in it',
      sshConfig().replace(
        'host: bastion',
        'host: "ssh://me:hush@bastion", jump: ["ssh://gate/x", "ssh://gate:65536", "ssh://me%zz@gate", "ssh://%00@gate", "ssh://-gate"]',
      ),
      ['host', 'jump[0]', 'jump[1]', 'jump[2]', 'jump[3]', 'jump[4]'].map(
        (key) =>
          `error services[0].connection.${key}: a URL found that ssh does not take: write ssh://[user@]host[:port], and a password as password (localport.yaml:6)`,
      ),
    ],
    [
      'a URL with an @ in its password, and with a slash, without showing any of it',
      `services:\n${['postgres://u:p@ss@db.example:5432/x', 'postgres://hush:p/ss@db.example'].map((url, index) => tcpEntry(`h${index}`, index + 1).replace('host: h', `host: "${url}"`)).join('')}`,
      [
        'error services[0].connection.host: a URL found where a name is expected: write "db.example" alone (localport.yaml:2)',
        'error services[1].connection.host: a URL found where a name is expected (localport.yaml:3)',
      ],
    ],
    [
      'hosts with a port, and with a user before it',
      `services:\n${['"[::1]:5432"', '"me@db:5432"'].map((host, index) => tcpEntry(`h${index}`, index + 1).replace('host: h', `host: ${host}`)).join('')}`,
      [
        'error services[0].connection.host: "[::1]:5432" names a port, which belongs in remote_port: write host "::1" and remote_port 5432 (localport.yaml:2)',
        'error services[1].connection.host: contains "@", which no host name does (localport.yaml:3)',
      ],
    ],
    [
      'names with a type as kubectl prints it',
      `services:\n${['Service/pg', 'deployment.apps/pg', 'constructor/pg', '"pg:5432"']
        .map((name, index) =>
          tcpEntry(`h${index}`, index + 1)
            .replace('tcp', 'kubectl')
            .replace('host: h', `resource_name: ${name}`),
        )
        .join('')}`,
      [
        'error services[0].connection.resource_name: "Service/pg" names its type, which belongs in resource_type: write "pg" and resource_type service (localport.yaml:2)',
        'error services[1].connection.resource_name: "deployment.apps/pg" names its type, which belongs in resource_type: write "pg" and resource_type deployment (localport.yaml:3)',
        'error services[2].connection.resource_name: "constructor/pg" contains "/", which no name in Kubernetes does (localport.yaml:4)',
        'error services[3].connection.resource_name: "pg:5432" names a port, which belongs in remote_port: write "pg" and remote_port 5432 (localport.yaml:5)',
      ],
    ],
    [
      'a tcp host with a port, with a path or with a user',
      `services:\n${tcpEntry('a', 1).replace('host: h', 'host: "db:5432"')}${tcpEntry('b', 2).replace('host: h', 'host: db/x')}${tcpEntry('c', 3).replace('host: h', 'host: me:hush@db')}${tcpEntry('d', 4).replace('host: h', 'host: "http:///"')}`,
      [
        'error services[0].connection.host: "db:5432" names a port, which belongs in remote_port: write host "db" and remote_port 5432 (localport.yaml:2)',
        'error services[1].connection.host: contains "/", which no host name does (localport.yaml:3)',
        'error services[2].connection.host: contains "@", which no host name does (localport.yaml:4)',
        'error services[3].connection.host: a URL found where a name is expected (localport.yaml:5)',
      ],
    ],
    [
      'names that Kubernetes does not have',
      sshConfig()
        .replace('technology: ssh', 'technology: kubectl')
        .replace('host: bastion', 'resource_name: svc/pg, namespace: a/b'),
      [
        'error services[0].connection.resource_name: "svc/pg" names its type, which belongs in resource_type: write "pg" and resource_type service (localport.yaml:6)',
        'error services[0].connection.namespace: "a/b" contains "/", which no name in Kubernetes does (localport.yaml:6)',
      ],
    ],
    [
      'a type that does not lead to pods, and a target that is none or two',
      kubectlEntries(
        'resource_name: a, resource_type: statefullset',
        'namespace: shop',
        'resource_name: a, selector: app=a',
        'resource_type: svc, selector: app=a',
        'selector: "app in web"',
        'selector: ""',
      ),
      [
        'error services[0].connection.resource_type: "statefullset" is none of service, pod, deployment, statefulset, daemonset, replicaset, job; did you mean statefulset? (localport.yaml:2)',
        'error services[1].connection.resource_name: is missing, expected text (localport.yaml:3)',
        'error services[2].connection.selector: finds pods by their labels: remove it, or remove resource_name (localport.yaml:4)',
        'error services[3].connection.resource_type: has no meaning beside selector, which finds pods: remove it (localport.yaml:5)',
        'error services[4].connection.selector: "app in web" is not a label selector: write app=web, or app=web,tier=db (localport.yaml:6)',
        'error services[5].connection.selector: "" is not a label selector: write app=web, or app=web,tier=db (localport.yaml:7)',
      ],
    ],
    [
      'a name of a port that only Kubernetes would know, one that is none, and numbers that are none',
      `services:\n${['http', '"-x"', '70000', '0.5', '[80]'].map((port, index) => tcpEntry(`h${index}`, index + 1).replace(/remote_port: \d+/, `remote_port: ${port}`)).join('')}`,
      [
        'error services[0].remote_port: "http" is the name of a port, which only kubectl services have: write its number (localport.yaml:2)',
        'error services[1].remote_port: "-x" is neither a number nor the name of a port (localport.yaml:3)',
        'error services[2].remote_port: 70000 is above 65535 (localport.yaml:4)',
        'error services[3].remote_port: 0.5 found where a whole number or text is expected (localport.yaml:5)',
        'error services[4].remote_port: a list found where a number or text is expected (localport.yaml:6)',
      ],
    ],
    [
      'a version that is not known',
      `version: 2\n${sshConfig()}`,
      [
        'warning version: "2" is not known, so the file is read as "1.0": write that, or update LocalPort if the file is made for a newer one (localport.yaml:1)',
      ],
    ],
    ['version 1 as 0.3.7 had it', `version: "1.0"\n${sshConfig()}`, []],
    ['version 1 as a number', `version: 1.0\n${sshConfig()}`, []],
    ['version 1 as a whole number', `version: 1\n${sshConfig()}`, []],
    [
      'hosts of every sort',
      `services:\n${['"::1"', '"fe80::1%eth0"', '10.0.0.1', 'db_1.internal', '"${DB}"'].map((host, index) => tcpEntry(`h${index}`, index + 2).replace('host: h', `host: ${host}`)).join('')}`,
      [],
    ],
    ['a user in front of an ssh host', sshConfig().replace('host: bastion', 'host: me@bastion'), []],
    [
      'a jump host of two',
      sshConfig().replace('host: bastion', 'host: h, jump: ["a,b", "u@-x"]'),
      [
        'error services[0].connection.jump[0]: "a,b" is not a jump host: write [user@]host[:port] (localport.yaml:6)',
        'error services[0].connection.jump[1]: "u@-x" is not a jump host: write [user@]host[:port] (localport.yaml:6)',
      ],
    ],
    [
      'signs of a shell in every host and user',
      `services:\n${[
        ['host', 'h$(id)'],
        ['host', 'u;id@h'],
        ['host', 'u@-h'],
        ['host', 'h;id'],
        ['host', 'ssh://u%24%28id%29@h'],
        ['host', 'ssh://h`id`'],
        ['user', 'u|id'],
        ['user', "u'"],
        ['user', 'u\\\\'],
        ['jump', 'h&id'],
        ['jump', '$u@h'],
        ['jump', 'h>x:22'],
        ['remote_host', 'a*b'],
        ['remote_host', 'h"'],
        ['remote_host', '~'],
      ]
        .map(([key = '', value = ''], index) =>
          tcpEntry(`a${index}`, index + 2)
            .replace('tcp', 'ssh')
            .replace(
              'host: h',
              () => `${key === 'host' ? '' : 'host: g, '}${key}: '${value.replaceAll("'", "''")}'`,
            ),
        )
        .join('')}`,
      [
        'host: contains "$", which no host name does',
        'host: contains ";", which no user name does',
        'host: begins with "-" and would be mistaken for an option',
        'host: contains ";", which no host name does',
        'host: contains "$", which no user name does',
        'host: contains "`", which no host name does',
        'user: contains "|", which no user name does',
        `user: contains "'", which no user name does`,
        String.raw`user: contains "\\", which no user name does`,
        'jump[0]: contains "&", which no host name does',
        'jump[0]: contains "$", which no user name does; an environment variable is written ${u}',
        'jump[0]: contains ">", which no host name does',
        'remote_host: contains "*", which no host name does',
        String.raw`remote_host: contains "\"", which no host name does`,
        'remote_host: contains "~", which no host name does',
      ].map(
        (message, index) => `error services[${index}].connection.${message} (localport.yaml:${index + 2})`,
      ),
    ],
    [
      'a user and a port in the host of an ssh service',
      `services:\n${['me@bastion:22', 'bastion:2222', '"[::1]:22"', 'me:hush@bastion:22']
        .map((host, index) =>
          tcpEntry(`h${index}`, index + 1)
            .replace('tcp', 'ssh')
            .replace('host: h', `host: ${host}`),
        )
        .join('')}`,
      [
        'error services[0].connection.host: "me@bastion:22" names a port, which belongs in port: write ssh://me@bastion:22, or user "me", host "bastion" and port 22 (localport.yaml:2)',
        'error services[1].connection.host: "bastion:2222" names a port, which belongs in port: write ssh://bastion:2222, or host "bastion" and port 2222 (localport.yaml:3)',
        'error services[2].connection.host: "[::1]:22" names a port, which belongs in port: write ssh://[::1]:22, or host "::1" and port 22 (localport.yaml:4)',
        'error services[3].connection.host: names a port, which belongs in port: write host "bastion" and port 22 (localport.yaml:5)',
      ],
    ],
    [
      'host key checking switched off',
      sshConfig().replace('host: bastion', 'host: h, strict_host_key_checking: no'),
      [
        'error services[0].connection.strict_host_key_checking: no is none of accept-new, yes (localport.yaml:6)',
      ],
    ],
    [
      'a port that several services want, where only one of them is on at first',
      `services:\n${tcpEntry('a', 1, ', enabled: false')}${tcpEntry('b', 1)}${tcpEntry('c', 1, ', enabled: no')}`,
      [],
    ],
    [
      'a port that two services want at once, beside one that is off',
      `services:\n${tcpEntry('a', 1)}${tcpEntry('b', 1, ', enabled: false')}${tcpEntry('c', 1)}`,
      ['error services[2].local_port: 1 is taken by a (services[0], line 2) (localport.yaml:4)'],
    ],
    [
      'a socket that two services want at once, beside ones without a port',
      `services:\n${['/s/a', '/s/b', '/s/a'].map((socket, index) => tcpEntry(`h${index}`, 1).replace('local_port: 1', `local_socket: ${socket}`)).join('')}`,
      ['error services[2].local_socket: "/s/a" is taken by h0 (services[0], line 2) (localport.yaml:4)'],
    ],
    [
      'a local port that is neither a number nor auto',
      tcpEntry('a', 1).replace('local_port: 1', 'local_port: Auto').replace(/^/, 'services:\n'),
      [
        'error services[0].local_port: "Auto" found where a number is expected; did you mean auto? (localport.yaml:2)',
      ],
    ],
    [
      'a bind that is a name',
      sshConfig('    bind: db.example.com\n'),
      [
        'error services[0].bind: "db.example.com" is not an IP address: write one of this machine, 0.0.0.0 or "::" for all, or localhost (localport.yaml:7)',
      ],
    ],
    [
      'an IPv4 address in a spelling that programs read differently',
      sshConfig('    bind: 127.1\n'),
      [
        'error services[0].bind: "127.1" is not an IP address: write one of this machine, 0.0.0.0 or "::" for all, or localhost (localport.yaml:7)',
      ],
    ],
    [
      'a bind that others can reach',
      `services:\n${tcpEntry('a', 1, ', bind: 0.0.0.0')}${tcpEntry('b', 2, ', bind: 127.0.0.2')}${tcpEntry('c', 3, ', bind: "[FE80::0:1]"')}`,
      [
        'warning services[0].bind: 0.0.0.0 lets other machines connect to a: remove bind to accept connections from this machine only (localport.yaml:2)',
        'warning services[2].bind: fe80::1 lets other machines connect to c: remove bind to accept connections from this machine only (localport.yaml:4)',
      ],
    ],
    [
      'one port at overlapping addresses',
      `services:\n${tcpEntry('a', 1)}${tcpEntry('b', 1, ', bind: 127.0.0.2')}${tcpEntry('c', 1, ', bind: "::1"')}${tcpEntry('d', 2, ', bind: 127.0.0.3')}${tcpEntry('e', 2, ', bind: "::"')}`,
      [
        'error services[2].local_port: 1 is taken by a (services[0], line 2) (localport.yaml:4)',
        'warning services[4].bind: :: lets other machines connect to e: remove bind to accept connections from this machine only (localport.yaml:6)',
        'error services[4].local_port: 2 is taken by d (services[3], line 5) (localport.yaml:6)',
      ],
    ],
    [
      'a duration without sense',
      sshConfig('    hold: 5x\n'),
      [
        'error services[0].hold: 5x is not a duration: write seconds, or 500ms, 30s, 2m, 1h (localport.yaml:7)',
      ],
    ],
    [
      'a duration too long',
      sshConfig('    hold: 2h\n'),
      ['error services[0].hold: 2h is above 10m (localport.yaml:7)'],
    ],
    [
      'a start that may take longer than any',
      sshConfig('    start_timeout: 2h\n'),
      ['error services[0].start_timeout: 2h is above 1h (localport.yaml:7)'],
    ],
    [
      'a start that may take no time',
      sshConfig('    start_timeout: 0\n'),
      ['error services[0].start_timeout: 0 is below 100ms (localport.yaml:7)'],
    ],
    [
      'a start timeout where nothing is started',
      `services:\n${tcpEntry('a', 1, ', start_timeout: 90s')}`,
      [
        'warning services[0].start_timeout: has no effect for tcp, which starts no process (localport.yaml:2)',
      ],
    ],
    [
      'a duration too short',
      sshConfig('    health_check: {interval: 50ms}\n'),
      ['error services[0].health_check.interval: 50ms is below 100ms (localport.yaml:7)'],
    ],
    [
      'a threshold too high',
      sshConfig('    health_check:\n      failure_threshold: 101\n'),
      ['error services[0].health_check.failure_threshold: 101 is above 100 (localport.yaml:8)'],
    ],
    [
      'an unknown check',
      sshConfig('    health_check: {type: ping}\n'),
      [
        'error services[0].health_check.type: "ping" is none of auto, tcp, http, https, tls, postgres, postgresql, mysql, mariadb, redis, kafka, ssh, grpc, exec, none (localport.yaml:7)',
      ],
    ],
    [
      'a misspelled file of authorities',
      sshConfig('    health_check: {type: https, config: {cafile: x}}\n'),
      [
        'warning services[0].health_check.config.cafile: unknown key, ignored; did you mean ca_file? (localport.yaml:7)',
      ],
    ],
    [
      'an sslmode that libpq does not know',
      sshConfig('    health_check: {type: postgres, config: {sslmode: required}}\n'),
      [
        'error services[0].health_check.config.sslmode: "required" is none of disable, allow, prefer, require, verify-ca, verify-full; did you mean require? (localport.yaml:7)',
      ],
    ],
    [
      'a mode that verifies nothing beside the authorities of the system',
      `defaults:\n  health_check: {type: postgres, config: {sslmode: require}}\nservices:\n${[
        '',
        ', health_check: {config: {sslrootcert: system}}',
        ', health_check: {config: {sslrootcert: system, ca_file: ""}}',
        ', health_check: {config: {sslrootcert: system, sslmode: disable}}',
        ', health_check: {config: {sslrootcert: system, sslmode: verify-full}}',
        ', health_check: {type: postgresql, config: {sslrootcert: system, sslmode: verify-ca}}',
        ', health_check: {type: https, config: {sslrootcert: system, sslmode: require}}',
      ]
        .map((check, index) => tcpEntry(`s${index}`, index + 1, check))
        .join('')}`,
      [
        ...[1, 2].map(
          (index) =>
            `error services[${index}].health_check.config.sslmode: require is too weak for sslrootcert: system, which takes verify-full only: write that, or leave sslmode out (localport.yaml:${index + 4})`,
        ),
        'error services[3].health_check.config.sslmode: disable is too weak for sslrootcert: system, which takes verify-full only: write that, or leave sslmode out (localport.yaml:7)',
        'error services[5].health_check.config.sslmode: verify-ca is too weak for sslrootcert: system, which takes verify-full only: write that, or leave sslmode out (localport.yaml:9)',
      ],
    ],
    [
      'such a mode in the defaults, once',
      `defaults:\n  health_check: {type: postgres, config: {sslmode: require, sslrootcert: system}}\nservices:\n${tcpEntry('a', 1)}${tcpEntry('b', 2)}`,
      [
        'error defaults.health_check.config.sslmode: require is too weak for sslrootcert: system, which takes verify-full only: write that, or leave sslmode out (localport.yaml:2)',
      ],
    ],
    [
      'an exec check whose service inherits no command from a check of another type',
      `defaults:\n  health_check: {type: tcp, config: {argv: [a]}}\nservices:\n${tcpEntry('a', 1, ', health_check: {type: exec}')}`,
      [
        'error services[0].health_check.config.argv: is missing, expected the program and its arguments as a list (localport.yaml:4)',
      ],
    ],
    [
      'authorities that nobody asks',
      `services:\n${[
        'type: tcp, config: {',
        'type: ssh, config: {',
        'type: http, config: {',
        'type: exec, config: {argv: [a], ',
        'type: https, config: {verify_ssl: no, ',
        'type: redis, config: {',
        'type: mysql, config: {user: u, ',
        'type: kafka, config: {tls: no, ',
        'type: grpc, config: {tls: yes, verify_ssl: no, ',
        'type: postgres, config: {',
        'type: postgres, config: {user: u, sslmode: disable, ',
      ]
        .map((check, index) => tcpEntry(`s${index}`, index + 1, `, health_check: {${check}ca_file: x.pem}}`))
        .join('')}`,
      [
        'to a check of type tcp',
        'to a check of type ssh',
        'to a check of type http',
        'to a check of type exec',
        'with verify_ssl: false',
        'without tls: true',
        'without tls: true',
        'without tls: true',
        'with verify_ssl: false',
        'without a user',
        'with sslmode: disable',
      ].map(
        (reason, index) =>
          `warning services[${index}].health_check.config.ca_file: means nothing ${reason} (localport.yaml:${index + 2})`,
      ),
    ],
    [
      'authorities that are asked, that are none, or that only the defaults name',
      `defaults:\n  health_check: {type: redis, config: {ca_file: x.pem}}\nservices:\n${[
        '',
        ', health_check: {config: {tls: yes, ca_file: y.pem}}',
        ', health_check: {type: https, config: {ca_file: y.pem}}',
        ', health_check: {type: tcp, config: {ca_file: ""}}',
        ', health_check: {type: postgres, config: {user: u, sslmode: allow, ca_file: y.pem}}',
      ]
        .map((check, index) => tcpEntry(`s${index}`, index + 1, check))
        .join('')}`,
      [],
    ],
    [
      'a check that encrypts perhaps',
      sshConfig('    health_check: {type: redis, config: {tls: perhaps}}\n'),
      [
        'error services[0].health_check.config.tls: "perhaps" found where true or false is expected (localport.yaml:7)',
      ],
    ],
    [
      'a time that is none',
      sshConfig('    health_check: {type: tls, config: {expires_within: 2w}}\n'),
      [
        'error services[0].health_check.config.expires_within: 2w is not a duration: write seconds, or 500ms, 30s, 2m, 1h (localport.yaml:7)',
      ],
    ],
    [
      'a server name that is too long',
      sshConfig(`    health_check: {type: tls, config: {servername: ${'x'.repeat(254)}}}\n`),
      [
        `error services[0].health_check.config.servername: "${'x'.repeat(60)}…" is longer than 253 characters (localport.yaml:7)`,
      ],
    ],
    [
      'a gRPC service that is a list',
      sshConfig('    health_check: {type: grpc, config: {service: [a]}}\n'),
      [
        'error services[0].health_check.config.service: a list found where text is expected (localport.yaml:7)',
      ],
    ],
    [
      'a check command that is a line for a shell',
      sshConfig('    health_check: {type: exec, config: {argv: "pg_isready -p 5432"}}\n'),
      [
        'error services[0].health_check.config.argv: "pg_isready -p 5432" found where a list is expected (localport.yaml:7)',
      ],
    ],
    [
      'a check command without a program',
      sshConfig('    health_check: {type: exec, config: {argv: ["", a]}}\n'),
      ['error services[0].health_check.config.argv: begins with "", expected a program (localport.yaml:7)'],
    ],
    [
      'an exec check without a command',
      sshConfig('    health_check: {type: exec}\n'),
      [
        'error services[0].health_check.config.argv: is missing, expected the program and its arguments as a list (localport.yaml:7)',
      ],
    ],
    [
      'a check key that nobody knows',
      sshConfig('    health_check: {type: redis, config: {pasword: x}}\n'),
      [
        'warning services[0].health_check.config.pasword: unknown key, ignored; did you mean password? (localport.yaml:7)',
      ],
    ],
    [
      'a backoff that shrinks',
      sshConfig('    restart_policy: {backoff_multiplier: 0.5}\n'),
      ['error services[0].restart_policy.backoff_multiplier: 0.5 is below 1 (localport.yaml:7)'],
    ],
    [
      'a flag that is none',
      sshConfig('    enabled: maybe\n'),
      ['error services[0].enabled: "maybe" found where true or false is expected (localport.yaml:7)'],
    ],
    [
      'tags that are no list',
      sshConfig('    tags: a\n'),
      ['error services[0].tags: "a" found where a list is expected (localport.yaml:7)'],
    ],
    [
      'an empty tag',
      sshConfig('    tags:\n      - a\n      - ""\n'),
      ['error services[0].tags[1]: is empty, expected text (localport.yaml:9)'],
    ],
    [
      'a status that is none',
      sshConfig('    health_check: {config: {expected_status_codes: [200, 999]}}\n'),
      ['error services[0].health_check.config.expected_status_codes[1]: 999 is above 599 (localport.yaml:7)'],
    ],
    [
      'a cluster command that is neither',
      `cluster_contexts:\n  "eu west":\n    cluster_health: {commands: {pod_status: 3}}\n${sshConfig()}`,
      [
        'error cluster_contexts["eu west"].cluster_health.commands.pod_status: 3 found where true or false or a mapping is expected (localport.yaml:3)',
      ],
    ],
    [
      'a command with a zero byte',
      'services:\n  - {name: a, technology: command, local_port: 1, connection: {argv: [nc, "a\\0", "{local_port}"]}}\n',
      ['error services[0].connection.argv[1]: contains a zero byte (localport.yaml:2)'],
    ],
    [
      'an empty command',
      'services:\n  - {name: a, technology: command, local_port: 1, connection: {argv: []}}\n',
      ['error services[0].connection.argv: is empty, expected at least one item (localport.yaml:2)'],
    ],
    [
      'a command that is not told where to listen',
      'services:\n  - {name: a, technology: command, local_port: 1, connection: {argv: [nc, -l, "80"]}}\n',
      [
        'error services[0].connection.argv: names neither {local_port} nor {socket}, so the command cannot know where to listen (localport.yaml:2)',
      ],
    ],
    [
      'a name twice',
      `services:\n${tcpEntry('a', 1)}${tcpEntry('a', 2)}`,
      ['error services[1].name: "a" is taken by services[0] in line 2 (localport.yaml:3)'],
    ],
    [
      'a name and a local port twice, and another fault beside',
      `services:\n${tcpEntry('a', 1)}${tcpEntry('a', 1).replace('tcp', 'tpc')}`,
      [
        'error services[1].technology: "tpc" is none of kubectl, ssh, tcp, command; did you mean tcp? (localport.yaml:3)',
        'error services[1].name: "a" is taken by services[0] in line 2 (localport.yaml:3)',
        'error services[1].local_port: 1 is taken by a (services[0], line 2) (localport.yaml:3)',
      ],
    ],
    [
      'a local port twice',
      `services:\n${tcpEntry('a', 1)}${tcpEntry('b', 1)}`,
      ['error services[1].local_port: 1 is taken by a (services[0], line 2) (localport.yaml:3)'],
    ],
    [
      'an unknown key, a warning',
      sshConfig('    locl_port: 1\n    zebra: 2\n'),
      [
        'warning services[0].locl_port: unknown key, ignored; did you mean local_port? (localport.yaml:7)',
        'warning services[0].zebra: unknown key, ignored (localport.yaml:8)',
      ],
    ],
    [
      'unknown keys deep inside',
      sshConfig('    health_check:\n      config: {verify_tls: true}\n').replace(
        'host: bastion',
        'host: h, prot: 22',
      ),
      [
        'error services[0].connection.prot: unknown key, so the service does not start; did you mean port? (localport.yaml:6)',
        'warning services[0].health_check.config.verify_tls: unknown key, ignored; did you mean verify_ssl? (localport.yaml:8)',
      ],
    ],
    [
      'a password of the wrong kind, without showing it',
      sshConfig().replace('host: bastion', 'host: h, password: [hunter2]'),
      ['error services[0].connection.password: a list found where text is expected (localport.yaml:6)'],
    ],
  ])('reports the error for %s', (_, text, expected) => {
    expect(complaintsOf(text)).toEqual(expected);
  });

  it('reports all errors at once, in the order of the file', () => {
    const text = `defaults:
  health_check: {timeout: 0}
services:
  - {name: a, technology: ssh, local_port: 0, connection: {host: -x}, hue: red}
  - {name: b, technology: tcp, local_port: 1, remote_port: 99999, connection: {}}
`;
    expect(complaintsOf(text)).toEqual([
      'error defaults.health_check.timeout: 0 is below 100ms (localport.yaml:2)',
      'warning services[0].hue: unknown key, ignored (localport.yaml:4)',
      'error services[0].local_port: 0 is below 1; write auto to let LocalPort choose one (localport.yaml:4)',
      'error services[0].remote_port: is missing, expected a number (localport.yaml:4)',
      'error services[0].connection.host: "-x" begins with "-" and would be mistaken for an option (localport.yaml:4)',
      'error services[1].remote_port: 99999 is above 65535 (localport.yaml:5)',
      'error services[1].connection.host: is missing, expected text (localport.yaml:5)',
    ]);
  });

  it('finds the line of a merged or aliased value', () => {
    const text = `x-base: &base
  technology: tcp
  remote_port: 0
  connection: &far
    host: -x
services:
  - {<<: *base, name: a, local_port: 1}
`;
    expect(complaintsOf(text)).toEqual([
      'error services[0].remote_port: 0 is below 1 (localport.yaml:3)',
      'error services[0].connection.host: "-x" begins with "-" and would be mistaken for an option (localport.yaml:5)',
    ]);
  });

  it.each([
    [
      'an alias bomb',
      () =>
        `a: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, i) => `b${i}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]\n`).join('')}`,
      "error the file's aliases unfold to more than 10000 values (localport.yaml)",
    ],
    [
      'a bomb of merge keys',
      () =>
        `a: &a0 {x: 1}\n${Array.from({ length: 9 }, (_, i) => `b${i}: &a${i + 1} {<<: [${Array(9).fill(`*a${i}`).join(',')}]}\n`).join('')}`,
      "error the file's aliases unfold to more than 10000 values (localport.yaml)",
    ],
    [
      'very many aliases',
      () => `a: &a 1\nb: [${'*a,'.repeat(3_000)}]\n`,
      'error the file has more than 2000 aliases (localport.yaml:2)',
    ],
    [
      'a long text, said over and over',
      () => `a: &a ${'x'.repeat(500_000)}\nb: [${'*a,'.repeat(9)}]\n`,
      "error the file's aliases unfold to more than 4194304 characters (localport.yaml)",
    ],
    [
      'a value within itself',
      () => 'a: &a [*a]\n',
      'error the file is nested more than 32 levels deep (localport.yaml)',
    ],
    [
      'deep nesting',
      () => `a: ${'['.repeat(100)}${']'.repeat(100)}\n`,
      'error the file is nested more than 32 levels deep (localport.yaml)',
    ],
    [
      'bottomless nesting',
      () => `a: ${'{'.repeat(20_000)}`,
      'error the file is nested too deeply (localport.yaml:1)',
    ],
  ])('refuses %s quickly', (_, text, expected) => {
    expect(complaintsOf(text())[0]).toBe(expected);
  });

  it('reports names that cannot be kept, and keeps others that every object has', () => {
    const text = `cluster_contexts: {__proto__: {}, constructor: {}}\nservices: []\n`;
    expect(complaintsOf(text)).toEqual([
      'warning cluster_contexts.__proto__: unknown key, ignored (localport.yaml:1)',
    ]);
  });

  it('shows the first 50 of very many problems, errors before warnings, and how many more there are', () => {
    const unknown = Array.from({ length: 300 }, (_, index) => `key${index}: 1\n`).join('');
    const complaints = complaintsOf(`${unknown}services:\n${tcpEntry('db', 70_000)}`);
    expect(complaints).toHaveLength(51);
    expect(complaints.slice(-2)).toEqual([
      'error services[0].local_port: 70000 is above 65535 (localport.yaml:302)',
      'warning and 251 more errors and warnings (localport.yaml)',
    ]);
  });

  it('finds the lines of very many problems in linear time', () => {
    const unknown = Array.from({ length: 40_000 }, (_, index) => `key${index}: 1\n`).join('');
    expect(complaintsOf(`${unknown}services: []\n`)).toHaveLength(51);
  });

  it('never throws, whatever the file contains', () => {
    const keys = fc.constantFrom(
      'services',
      'name',
      'technology',
      'local_port',
      'connection',
      'health_check',
      'config',
      'defaults',
      'headers',
      'host',
      'argv',
      'hold',
      '__proto__',
      'constructor',
      '<<',
      '',
    );
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('ssh', 'kubectl', 'tcp', 'command', '${X}', '${Y:1}', '*a', '&a'),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => void compileText(JSON.stringify(value))),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(
        fc.dictionary(keys, tree),
        (value) => void compileText(JSON.stringify({ services: [value] })),
      ),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (value) => void compileText(value)),
      { numRuns: 150 },
    );
    const snippet = fc.constantFrom(
      'services:',
      '\n',
      '  ',
      '- ',
      'name: ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '<<: ',
      '${',
      '${A}',
      '"',
      "'",
      '|',
      '? ',
      ': ',
      '#',
      '\t',
      '---',
      '!!set',
      '%YAML',
    );
    fc.assert(
      fc.property(fc.array(snippet, { maxLength: 30 }), (parts) => void compileText(parts.join(''))),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe('a service that leads to itself', () => {
  const relay = (name: string, localPort: number, remote: string): string =>
    `  - {name: ${name}, technology: tcp, local_port: ${localPort}, connection: {host: localhost}, remote_port: ${remote}}\n`;

  it('is refused with its line, also in a loop through another, which is refused too', () => {
    const text = `services:\n${relay('a', 1, '1')}${relay('b', 2, '3')}${relay('c', 3, '2')}${relay('d', 4, '2')}`;
    expect(complaintsOf(text)).toEqual([
      "error services[0].remote_port: leads back to this service's own local_port 1 (localport.yaml:2)",
      'error services[1].remote_port: leads back to this service through c (localport.yaml:3)',
      'error services[2].remote_port: leads back to this service through b (localport.yaml:4)',
    ]);
  });

  it('is not assumed for an unknown port, nor for an ssh server of this machine, which may be a virtual one', () => {
    const ssh =
      '  - {name: s, technology: ssh, local_port: 2, remote_port: 2, connection: {host: localhost, port: 2222}}\n';
    const complaints = complaintsOf(`services:\n${relay('a', 1, '${NOPE}')}${ssh}`);
    expect(complaints.filter((line) => line.includes('leads back'))).toEqual([]);
  });
});

describe('a service without a health check', () => {
  const probeOf = (check: string, defaults = '{}'): unknown =>
    loadText(
      `defaults: {health_check: ${defaults}}\nservices:\n${tcpEntry('a', 1, `, health_check: ${check}`)}`,
    ).services[0]?.healthCheck.probe.type;

  it.each([
    ['{type: none}', '{}', 'none'],
    ['{enabled: false}', '{}', 'none'],
    ['{enabled: false, type: http}', '{}', 'none'],
    ['{enabled: true}', '{}', 'auto'],
    ['{}', '{enabled: false}', 'none'],
    ['{type: http}', '{enabled: false}', 'http'],
    ['{enabled: true}', '{enabled: false, type: tls}', 'tls'],
  ])('is recognized by %s with defaults %s: %s', (check, defaults, expected) => {
    expect(probeOf(check, defaults)).toBe(expected);
  });
});

describe('an explicit tcp check', () => {
  const entry = (name: string, remotePort: number, check: string): string =>
    `  - {name: ${name}, technology: ssh, local_port: ${remotePort}, remote_port: ${remotePort}, connection: {host: h}${check}}\n`;
  const tcp = ', health_check: {type: tcp}';

  it('gets a warning at ports where a bare connection does harm', () => {
    const ports = [3306, 33060, 5005, 2345, 40000, 9229, 5432];
    const complaints = complaintsOf(
      `services:\n${ports.map((port) => entry(`s${port}`, port, tcp)).join('')}`,
    );
    const onMysql = (remedy: string): string =>
      `each connection counts as an error at a MySQL server and may block this machine; ${remedy}`;
    const onDebugger =
      'a debugger accepts one connection, and the check takes it from your client; use the default';
    const expected = [
      onMysql('use type: mysql or the default'),
      onMysql('use the default'),
      ...Array.from({ length: 4 }, () => onDebugger),
    ];
    expect(complaints).toEqual(
      expected.map(
        (words, index) =>
          `warning services[${index}].health_check.type: tcp connects to port ${ports[index] ?? 0} for each check: ${words} (localport.yaml:${index + 2})`,
      ),
    );
  });

  it('gets it in the defaults too, for the services that inherit it', () => {
    const services = [
      entry('db', 3306, ''),
      entry('asked', 3307, ''),
      entry('own', 5005, ', health_check: {type: none}'),
      entry('off', 9229, ', health_check: {enabled: false}'),
    ];
    const complaints = complaintsOf(`defaults: {health_check: {type: tcp}}\nservices:\n${services.join('')}`);
    expect(complaints).toEqual([
      expect.stringMatching(/^warning services\[0\]\.health_check\.type: .*:3\)$/),
    ]);
  });

  it('gets none if there is no type, or another one', () => {
    const checks = [
      '',
      ', health_check: {interval: 10}',
      ', health_check: {type: mysql}',
      ', health_check: {type: tls}',
    ];
    const services = checks.map((check, index) =>
      entry(`s${index}`, 3306, check).replace('local_port: 3306', `local_port: ${index + 1}`),
    );
    expect(complaintsOf(`services:\n${services.join('')}`)).toEqual([]);
  });
});
