import { useEffect, useRef, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import type { Places } from '../../shared/import-contract.ts';
import { ComboField } from '../form/combo-field.tsx';
import {
  fieldsOf,
  kindLabels,
  kinds,
  type FieldName,
  type FormValues,
  type Kind,
} from '../form/draft-form.ts';
import { MoreFields } from '../form/more-fields.tsx';
import { Segmented } from '../form/segmented.tsx';
import { TestResult } from '../form/test-result.tsx';
import { TextField } from '../form/text-field.tsx';
import { useForm, type Form } from '../form/use-form.ts';
import { useKubeTargets, usePlaces } from '../form/use-targets.ts';

interface FormPageProps {
  readonly bridge: PopoverBridge;
  readonly name: string | null;
  /** The existing groups. */
  readonly groups: readonly string[];
  readonly onSaved: (saved: { readonly name: string; readonly undo: string }) => void;
  readonly onRemove: (name: string) => void;
}

const labels: Readonly<Record<FieldName, string>> = {
  context: 'Context',
  namespace: 'Namespace',
  resource: 'Target',
  remotePort: 'Remote port',
  host: 'Host',
  remoteHost: 'Target host',
  command: 'Command',
  name: 'Name',
  localPort: 'Local port',
  group: 'Group',
  engine: 'Engine',
  hold: 'Clients wait',
  autoOff: 'Turn off after',
  onDemand: 'On demand',
  guard: 'Guard',
};

const labelOf = (field: FieldName, kind: Kind | undefined): string =>
  field === 'host' && kind === 'ssh' ? 'SSH host' : labels[field];

const placeholders: Readonly<Partial<Record<FieldName, string>>> = {
  context: 'kubectl’s current one',
  namespace: 'the context’s own',
  resource: 'service/postgres',
  remoteHost: 'localhost',
  command: 'proxy --port {local_port}',
  group: 'none',
};

/** Adds or changes a forward. Nothing is written before Save. */
export function FormPage({ bridge, name, groups, onSaved, onRemove }: FormPageProps): ReactElement {
  const form = useForm({ bridge, name, onSaved });
  const places = usePlaces(bridge);
  const { values } = form;
  const first = useRef<HTMLDivElement>(null);
  const isRead = values !== null;
  useEffect(() => {
    if (isRead) first.current?.querySelector<HTMLElement>('input')?.focus();
  }, [isRead]);
  if (values === null)
    return <p className="empty">{form.failure === null ? 'Reading the config …' : form.failure}</p>;
  return (
    <form
      className="page-body form"
      onSubmit={(event) => {
        event.preventDefault();
        form.save();
      }}
    >
      <Segmented
        label="Kind"
        options={kinds}
        labels={kindLabels}
        value={values.kind}
        onChange={form.setKind}
      />
      <div className="fields" ref={first}>
        <Fields bridge={bridge} form={form} values={values} places={places} groups={groups} />
        <CheckNote check={form.check} />
        <MoreFields
          key={values.kind}
          values={values}
          labels={labels}
          errorOf={(field) => errorOf(form, field)}
          onChange={form.set}
        />
      </div>
      {form.touched.size > 0 &&
        form.errors.others.map(({ text, severity }) => (
          <p key={text} className="form-message" data-kind={severity}>
            {text}
          </p>
        ))}
      <div className="page-foot">
        {form.failure !== null && (
          <p className="form-message" data-kind="error" role="alert">
            {form.failure}
          </p>
        )}
        <TestResult test={form.test} />
        <div className="form-acts">
          {name !== null && (
            <button type="button" className="button danger" onClick={() => onRemove(name)}>
              Remove
            </button>
          )}
          <span className="spacer" />
          <button
            type="button"
            className="button"
            disabled={form.test.kind === 'running'}
            onClick={form.runTest}
          >
            Test
          </button>
          <button type="submit" className="button primary" disabled={form.isSaving}>
            {name === null ? 'Add' : 'Save'}
          </button>
        </div>
      </div>
    </form>
  );
}

interface FieldsProps extends Pick<FormPageProps, 'bridge' | 'groups'> {
  readonly form: Form;
  readonly values: FormValues;
  readonly places: Places;
}

function Fields({ bridge, form, values, places, groups }: FieldsProps): ReactElement {
  const context = values.context === '' ? (places.currentContext ?? '') : values.context;
  const kube = useKubeTargets(bridge, values.kind === 'kubectl' ? context : '', values.namespace);
  const target = kube.targets.find(({ resource }) => resource === values.resource);
  const options: Readonly<Partial<Record<FieldName, readonly string[]>>> = {
    context: places.contexts,
    namespace: kube.namespaces,
    resource: kube.targets.map(({ resource }) => resource),
    host: values.kind === 'ssh' ? places.sshHosts : [],
    group: groups,
    ...(target === undefined ? {} : { remotePort: target.ports.map(({ port }) => String(port)) }),
  };
  const choose = (field: FieldName, value: string): void => {
    const chosen = field === 'resource' ? kube.targets.find(({ resource }) => resource === value) : undefined;
    const [port] = chosen?.ports ?? [];
    if (port !== undefined && !form.touched.has('remotePort')) form.suggest('remotePort', String(port.port));
  };
  return (
    <>
      {fieldsOf[values.kind].map((field) => {
        const common = {
          label: labelOf(field, values.kind),
          value: values[field],
          placeholder: placeholders[field] ?? '',
          error: errorOf(form, field),
          note: field === 'resource' ? kube.failure : null,
          onChange: (value: string) => form.set(field, value),
        };
        if (field === 'localPort') return <LocalPortField key={field} {...common} form={form} />;
        const offered = options[field];
        return offered === undefined ? (
          <TextField key={field} {...common} isNumber={field === 'remotePort'} />
        ) : (
          <ComboField key={field} {...common} options={offered} onChoose={(value) => choose(field, value)} />
        );
      })}
    </>
  );
}

function errorOf({ errors, touched, values }: Form, field: FieldName): string | null {
  const message = touched.has(field) ? errors.fields.get(field) : undefined;
  return message === undefined ? null : findingText(message, labelOf(field, values?.kind));
}

/** `Remote port is missing`: turns a finding into a sentence beside its field, whose label says what is expected. */
function findingText(message: string, label: string): string {
  if (message.startsWith('is missing')) return `${label} is missing`;
  if (message.startsWith('is ')) return `${label} ${message}`;
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`;
}

interface LocalPortFieldProps {
  readonly form: Form;
  readonly label: string;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

/** Names the program that is using the port, and offers a free port. */
function LocalPortField({ form, error, ...field }: LocalPortFieldProps): ReactElement {
  const { holder } = form;
  const isTaken = holder !== null && holder.holder !== null && String(holder.port) === field.value.trim();
  const taken = isTaken ? `Used by ${holder.holder}` : null;
  return (
    <>
      <TextField {...field} isNumber error={error} warning={taken} />
      {isTaken && holder.free !== null && (
        <button
          type="button"
          className="button small field-act"
          onClick={() => form.set('localPort', String(holder.free))}
        >
          Use {holder.free}
        </button>
      )}
    </>
  );
}

function CheckNote({ check }: { readonly check: string | null }): ReactElement {
  return (
    <div className="field">
      <span className="field-label">Health check</span>
      <p className="field-fact">
        {check === null ? 'Follows what your clients see' : `${check}, from the port`}
      </p>
    </div>
  );
}
