/** Words from other tools, and the config keys and values that they probably stand for. Pure. */
import { closestWord } from './spelling.ts';

/** Several keys if a word has another meaning in another mapping: the first one that is known there counts. */
const keys: Readonly<Record<string, readonly string[]>> = {
  type: ['technology', 'resource_type'],
  kind: ['technology', 'resource_type'],
  protocol: ['technology'],
  command: ['argv'],
  cmd: ['argv'],
  args: ['argv'],
  exec: ['argv'],
  port: ['local_port'],
  ports: ['local_port'],
  listen: ['local_port'],
  source_port: ['local_port'],
  target_port: ['remote_port'],
  container_port: ['remote_port'],
  address: ['bind', 'host'],
  bind_address: ['bind'],
  socket: ['local_socket'],
  label: ['tags'],
  labels: ['selector', 'tags'],
  group: ['tags'],
  disabled: ['enabled'],
  healthcheck: ['health_check'],
  check: ['health_check'],
  probe: ['health_check'],
  restart: ['restart_policy'],
  lazy: ['on_demand'],
  demand: ['on_demand'],
  socks: ['dynamic'],
  reverse: ['remote'],
  direction: ['remote'],
  hostname: ['host'],
  server: ['host'],
  bastion: ['jump', 'host'],
  username: ['user'],
  login: ['user'],
  pass: ['password'],
  passwd: ['password'],
  key: ['key_file'],
  private_key: ['key_file'],
  identity: ['key_file'],
  identity_file: ['key_file'],
  proxy_jump: ['jump'],
  proxyjump: ['jump'],
  jump_host: ['jump'],
  target_host: ['remote_host'],
  service: ['resource_name'],
  service_name: ['resource_name'],
  resource: ['resource_name'],
  pod: ['resource_name'],
  name: ['resource_name'],
  deployment: ['resource_name'],
  ns: ['namespace'],
  cluster: ['context'],
  kube_context: ['context'],
  kube_config: ['kubeconfig'],
  config_file: ['kubeconfig'],
  forwards: ['services'],
  tunnels: ['services'],
};

const values: Readonly<Record<string, string>> = {
  kubernetes: 'kubectl',
  kube: 'kubectl',
  k8s: 'kubectl',
  openssh: 'ssh',
  tunnel: 'ssh',
  shell: 'command',
  cmd: 'command',
  exec: 'command',
  process: 'command',
  socket: 'tcp',
  relay: 'tcp',
  pg: 'postgres',
  psql: 'postgres',
  web: 'http',
  ssl: 'tls',
  command: 'exec',
};

const plain = (word: string): string => word.toLowerCase().replaceAll('-', '_');

/** The key that was probably meant; null: no guess. If a word is both a synonym and similar to another key, the synonym counts. */
export function guessKey(written: string, known: readonly string[]): string | null {
  const word = plain(written);
  const synonym = Object.hasOwn(keys, word) ? keys[word]?.find((key) => known.includes(key)) : undefined;
  return (known.includes(word) ? word : null) ?? synonym ?? closestWord(word, known);
}

/** The same for a value. */
export function guessValue(written: string, allowed: readonly string[]): string | null {
  const word = plain(written);
  const synonym = Object.hasOwn(values, word) ? values[word] : undefined;
  return synonym !== undefined && allowed.includes(synonym) ? synonym : closestWord(word, allowed);
}
