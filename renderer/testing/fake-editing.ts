/** The channels for adding and changing services, always successful. */
import type { IpcInvokeChannel, IpcRequest, IpcResponse } from '../../shared/ipc-contract.ts';
import type { ServiceDraft } from '../../shared/service-edit.ts';

type EditingChannel = Extract<
  IpcInvokeChannel,
  | `service:${'read' | 'propose' | 'validate' | 'test' | 'save' | 'remove'}`
  | 'services:add'
  | 'edit:undo'
  | 'port:holder'
>;

const path = '/home/me/.config/localport/config.yaml';

export const fakeEditing: {
  readonly [C in EditingChannel]: (request: IpcRequest<C>) => IpcResponse<C>;
} = {
  'service:read': ({ name }) => ({
    draft: {
      name,
      technology: 'tcp',
      local_port: 5432,
      remote_port: 5432,
      connection: { host: 'db.example.com' },
    },
    path,
    line: 5,
  }),
  'service:propose': ({ draft }) => ({ draft, check: null }),
  'service:validate': () => ({ findings: [], yaml: '- name: db' }),
  'service:test': () => ({
    ok: true,
    message: 'Connected in 412 ms; PostgreSQL answered in 8 ms.',
    remedy: null,
    tookMs: 420,
    findings: [],
  }),
  'services:add': ({ drafts }) => ({ names: drafts.map(nameOf), path, undo: '1', refusals: [] }),
  'service:save': ({ draft }) => ({ done: true, name: nameOf(draft), path, line: 5, undo: '1' }),
  'service:remove': ({ name }) => ({ done: true, name, path, line: 5, undo: '1' }),
  'edit:undo': () => ({ done: true, path, what: 'removed db' }),
  'port:holder': () => ({ holder: null, free: null }),
};

const nameOf = ({ name }: ServiceDraft): string => (typeof name === 'string' ? name : 'db');
