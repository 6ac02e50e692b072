import { useEffect, useRef, useState } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import type { DraftFinding, EditRequest, EditResponse, ServiceDraft } from '../../shared/service-edit.ts';
import { wordsOf } from '../failure-words.ts';
import { formErrorsOf, type FormErrors } from './form-errors.ts';
import { draftOf, emptyForm, valuesOf, type FieldName, type FormValues, type Kind } from './draft-form.ts';

type TestResult = EditResponse<'test'>;
type PortHolder = EditResponse<'portHolder'>;

export type TestState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly result: TestResult };

export interface Form {
  /** null: the entry is still being read. */
  readonly values: FormValues | null;
  readonly errors: FormErrors;
  /** Fields that the user changed or tried to save. Errors are shown only for these. */
  readonly touched: ReadonlySet<FieldName>;
  readonly holder: (PortHolder & { readonly port: number }) | null;
  readonly check: string | null;
  readonly test: TestState;
  readonly isSaving: boolean;
  /** Why the service could not be read or saved. */
  readonly failure: string | null;
  readonly setKind: (kind: Kind) => void;
  readonly set: (field: FieldName, value: string) => void;
  /** Sets a value that the user has not typed and that the next choice may replace. */
  readonly suggest: (field: FieldName, value: string) => void;
  readonly runTest: () => void;
  readonly save: () => void;
}

interface FormOptions {
  readonly bridge: PopoverBridge;
  /** The service to edit; null: a new one. */
  readonly name: string | null;
  readonly onSaved: (saved: { readonly name: string; readonly undo: string }) => void;
}

/** The delay between a keystroke and the requests that it causes. */
const settleMs = 200;
const allFields = Object.keys(emptyForm).filter((field) => field !== 'kind') as FieldName[];
/** Fields that LocalPort fills in until the user changes them. */
const guessed = ['name', 'localPort', 'namespace'] as const;

/** The form's state on top of the editing contract: validates while the user types, and fills in guesses. */
export function useForm({ bridge, name, onSaved }: FormOptions): Form {
  const [values, setValues] = useState<FormValues | null>(name === null ? emptyForm : null);
  const [base, setBase] = useState<ServiceDraft | null>(null);
  const [touched, setTouched] = useState<ReadonlySet<FieldName>>(new Set());
  const [findings, setFindings] = useState<readonly DraftFinding[]>([]);
  const [holder, setHolder] = useState<Form['holder']>(null);
  const [check, setCheck] = useState<string | null>(null);
  const [test, setTest] = useState<TestState>({ kind: 'none' });
  const [isSaving, setIsSaving] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    if (name !== null) return;
    let isGone = false;
    bridge.invoke('settings:get', undefined).then(
      // What the user has already entered takes precedence.
      ({ newHold, newOnDemand }) =>
        isGone ||
        setValues((now) =>
          now === null
            ? now
            : { ...now, hold: now.hold || newHold, onDemand: now.onDemand || (newOnDemand ? 'true' : '') },
        ),
      (reason: unknown) => console.error('settings:get failed', reason),
    );
    return () => {
      isGone = true;
    };
  }, [bridge, name]);

  useEffect(() => {
    if (name === null) return;
    let isGone = false;
    bridge.invoke('service:read', { name }).then(
      ({ draft }) => {
        if (isGone) return;
        setBase(draft);
        setValues(valuesOf(draft));
      },
      (reason: unknown) => isGone || setFailure(wordsOf(reason)),
    );
    return () => {
      isGone = true;
    };
  }, [bridge, name]);

  const edit = (of: FormValues): EditRequest<'validate'> => ({
    draft: draftOf(of, base ?? {}),
    basedOn: base,
  });

  // A later request makes the response to an earlier one obsolete.
  const asked = useRef(0);
  useEffect(() => {
    if (values === null) return;
    const number = (asked.current += 1);
    const isLatest = (): boolean => number === asked.current;
    const request = { draft: draftOf(values, base ?? {}), basedOn: base };
    const ask = (): void => {
      bridge.invoke('service:validate', request).then(
        (answer) => isLatest() && setFindings(answer.findings),
        (reason: unknown) => isLatest() && setFailure(wordsOf(reason)),
      );
      bridge.invoke('service:propose', request).then(
        (answer) => {
          if (!isLatest()) return;
          setCheck(answer.check);
          if (base === null) setValues((now) => now && withGuesses(now, valuesOf(answer.draft), touched));
        },
        () => undefined,
      );
      const port = Number(values.localPort);
      if (!Number.isInteger(port) || port < 1 || port > 65_535) setHolder(null);
      else
        bridge.invoke('port:holder', { port, bind: null, except: name }).then(
          (answer) => isLatest() && setHolder({ ...answer, port }),
          () => undefined,
        );
    };
    const timer = setTimeout(ask, settleMs);
    return () => clearTimeout(timer);
  }, [bridge, values, base, name, touched]);

  /** Fills in the guesses if the user saves before they arrive. */
  const completed = async (of: FormValues): Promise<FormValues> => {
    if (base !== null || guessed.every((field) => touched.has(field) || of[field] !== '')) return of;
    const { draft } = await bridge.invoke('service:propose', edit(of));
    const complete = withGuesses(of, valuesOf(draft), touched);
    setValues(complete);
    return complete;
  };

  const change = (changed: Partial<FormValues>): void => {
    setValues((now) => now && { ...now, ...changed });
    setTest({ kind: 'none' });
    setFailure(null);
  };
  /** Shows the errors in their places, and their number. False: there are none. */
  const refuse = (found: readonly DraftFinding[], { kind }: FormValues): boolean => {
    const { count } = formErrorsOf(found, kind);
    if (count === 0) return false;
    setTouched(new Set(allFields));
    setFindings(found);
    setFailure(count === 1 ? 'Fix the error above' : `Fix the ${count} errors above`);
    return true;
  };
  return {
    values,
    errors: formErrorsOf(findings, values?.kind ?? 'kubectl'),
    touched,
    holder,
    check,
    test,
    isSaving,
    failure,
    setKind: (kind) => change({ kind }),
    set: (field, value) => {
      setTouched((before) => new Set([...before, field]));
      change({ [field]: value });
    },
    suggest: (field, value) => change({ [field]: value }),
    runTest: () => {
      if (values === null) return;
      setTest({ kind: 'running' });
      bridge.invoke('service:test', edit(values)).then(
        (result) => {
          const isRefused = refuse(result.findings, values);
          setTest(isRefused ? { kind: 'none' } : { kind: 'done', result });
        },
        (reason: unknown) => {
          setTest({ kind: 'none' });
          setFailure(wordsOf(reason));
        },
      );
    },
    save: () => {
      if (values === null) return;
      setTouched(new Set(allFields));
      setIsSaving(true);
      completed(values)
        .then((complete) => bridge.invoke('service:save', edit(complete)))
        .then(
          (result) => {
            if (result.done) onSaved({ name: result.name, undo: result.undo });
            else if (!refuse(result.findings, values)) setFailure(result.message);
          },
          (reason: unknown) => setFailure(wordsOf(reason)),
        )
        .finally(() => setIsSaving(false));
    },
  };
}

/** Puts the guesses into untouched fields. Returns the same object if nothing changes. */
function withGuesses(values: FormValues, proposed: FormValues, touched: ReadonlySet<FieldName>): FormValues {
  const news = guessed.filter(
    (field) => !touched.has(field) && proposed[field] !== '' && proposed[field] !== values[field],
  );
  if (proposed.kind !== values.kind || news.length === 0) return values;
  return { ...values, ...Object.fromEntries(news.map((field) => [field, proposed[field]])) };
}
