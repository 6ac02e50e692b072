import { describe, expect, it } from 'vitest';
import type { ServiceDraft } from '../../shared/service-edit.ts';
import { draftOf, emptyForm, fieldsOf, kinds, valuesOf } from './draft-form.ts';

const drafts: readonly ServiceDraft[] = [
  {
    name: 'db',
    technology: 'kubectl',
    local_port: 5432,
    remote_port: 5432,
    tags: ['database', 'shop'],
    hold: '5s',
    auto_off: '7200',
    guard: 'confirm',
    connection: {
      context: 'prod',
      namespace: 'shop',
      resource_type: 'deploy',
      resource_name: 'db',
      kubeconfig: '~/k',
      engine: 'kubectl',
    },
    health_check: { type: 'postgres' },
  },
  {
    name: 'pods',
    technology: 'kubectl',
    local_port: 1,
    remote_port: 'http',
    connection: { selector: 'app=web' },
  },
  {
    name: 'w',
    technology: 'ssh',
    local_port: 5439,
    remote_port: 5432,
    connection: { host: 'bastion', remote_host: 'db', key_file: '~/.ssh/k' },
  },
  { name: 't', technology: 'tcp', local_port: 80, remote_port: 80, connection: { host: 'nas' } },
  {
    name: 'c',
    technology: 'command',
    local_port: 81,
    connection: { argv: ['proxy', '--port', '{local_port}'] },
  },
];

describe('a draft', () => {
  it.each(drafts.map((draft) => [JSON.stringify(draft['name']), draft] as const))(
    '%s comes out of the form as it went in',
    (_, draft) => {
      expect(draftOf(valuesOf(draft), draft)).toEqual(draft);
    },
  );

  it('keeps keys that the form does not show, but only for the same technology', () => {
    const ssh = drafts[2]!;
    const asTcp = draftOf({ ...valuesOf(ssh), kind: 'tcp', host: 'nas' }, ssh);
    expect(asTcp).toMatchObject({ technology: 'tcp', connection: { host: 'nas' } });
    expect(asTcp['connection']).toEqual({ host: 'nas' });
  });

  it.each([
    ['service/api', { resource_name: 'api' }],
    ['api', { resource_name: 'api' }],
    ['deploy/api', { resource_type: 'deployment', resource_name: 'api' }],
    ['Service/api', { resource_name: 'api' }],
    ['deploy/api/x', { resource_name: 'deploy/api/x' }],
    ['app=web,tier=db', { selector: 'app=web,tier=db' }],
    ['widget/api', { resource_name: 'widget/api' }],
    ['', {}],
  ])('has the target %j as the config writes it', (resource, connection) => {
    const form = { ...emptyForm, resource };
    expect(draftOf(form, {})['connection']).toEqual(connection);
    const chosen = { ...valuesOf(drafts[1]!), resource };
    expect(draftOf(chosen, drafts[1]!)['connection']).toEqual(connection);
  });

  it('keeps text that is not a number, for the schema to reject', () => {
    const draft = draftOf({ ...emptyForm, kind: 'tcp', localPort: '54x', remotePort: ' 5432 ' }, {});
    expect(draft).toEqual({ technology: 'tcp', local_port: '54x', remote_port: 5432, connection: {} });
  });

  it('includes the fields under More only if they are set', () => {
    const draft = drafts[0]!;
    const plain = draftOf({ ...valuesOf(draft), engine: '', hold: '', autoOff: '3600', guard: '' }, draft);
    expect([plain['hold'], plain['auto_off'], plain['guard']]).toEqual([undefined, 3600, undefined]);
    expect(plain['connection']).not.toHaveProperty('engine');
  });

  it.each([
    ['true', undefined, true],
    ['', true, undefined],
    ['', false, false],
    ['true', true, true],
    ['30m', '30m', '30m'],
    ['', '30m', undefined],
  ])('writes %j as on_demand over %j as %j', (onDemand, before, after) => {
    const draft = { ...drafts[0]!, ...(before === undefined ? {} : { on_demand: before }) };
    expect(draftOf({ ...valuesOf(draft), onDemand }, draft)['on_demand']).toBe(after);
  });

  it('keeps its other tags when it moves to another group', () => {
    const draft = drafts[0]!;
    expect(draftOf({ ...valuesOf(draft), group: 'web' }, draft)['tags']).toEqual(['web', 'shop']);
    expect(draftOf({ ...valuesOf(draft), group: '' }, draft)['tags']).toEqual(['shop']);
  });
});

it('every kind asks for a name and a local port', () => {
  expect(
    kinds.filter((kind) => !fieldsOf[kind].includes('name') || !fieldsOf[kind].includes('localPort')),
  ).toEqual([]);
});
