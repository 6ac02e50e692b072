/**
 * The operations of `service-edit.ts` on one config file: in the host that runs it, or in a command if no host runs.
 *
 * 1. Writes run one at a time. Each edits the current text of the file, and never overwrites another text: if the file has
 *    changed, the edit is redone on the new text.
 * 2. An invalid config is not written; existing errors of other services are no reason to refuse.
 */
import { access, realpath } from 'node:fs/promises';
import { parseBindAddress } from '../../../../shared/bind-address.ts';
import { err, ok, type Result } from '../../../../shared/result.ts';
import type {
  DraftFinding,
  EditRefusal,
  EditRequest,
  EditResponse,
  EditResult,
  ServiceDraft,
  ServiceEdit,
  ServiceEditor,
  UndoResult,
} from '../../../../shared/service-edit.ts';
import type { ServiceSpec } from '../../../../shared/service-spec.ts';
import type { Clock } from '../../clock.ts';
import { errorMessage } from '../../lifecycle/error-text.ts';
import type { ConfigCompiler } from '../config-compiler.ts';
import type { ConfigSource } from '../config-source.ts';
import type { Environment } from '../environment-substitution.ts';
import { starterConfig, writeStarterConfig } from '../starter-config.ts';
import { digestOf, type TrustStore } from '../trust-store.ts';
import { acceptDrafts, type AcceptedDrafts } from './accepted-drafts.ts';
import type { ConfigEdit } from './config-edit.ts';
import { readConfigFile, writeConfigFile } from './config-file.ts';
import { automaticCheck, proposeDraft } from './draft-proposal.ts';
import { nameOf } from './draft-path.ts';
import { describeEdit, type EditJournal } from './edit-journal.ts';
import { hiddenFindings, refusal, refused } from './edit-refusal.ts';
import { describeFinding, errorsOf, judgeEdit, type EditVerdict } from './edit-verdict.ts';
import { hideSecretsIn, withoutSecrets } from './hidden-draft.ts';
import { freePortFrom, holderOfPort, type NamedListenAddress } from './port-search.ts';
import type { WorkedText, WorkOnText } from './text-work.ts';

export interface ConfigEditorParts {
  /** The config that is used, or would be used if it existed. Absolute. */
  readonly path: string;
  /** Only trusted texts of the file may run. */
  readonly needsTrust: boolean;
  readonly trust: TrustStore;
  readonly journal: EditJournal;
  readonly stateDirectory: string;
  readonly uid: number;
  readonly homeDirectory: string;
  readonly environment: () => Environment;
  readonly compile: ConfigCompiler;
  readonly work: WorkOnText;
  readonly clock: Clock;
  /** The addresses and ports where services listen, or would listen. */
  readonly listenAddresses: () => Promise<readonly NamedListenAddress[]>;
  readonly tryOut: (service: ServiceSpec) => Promise<TryOut>;
  /** The file was written: resolves when it is in force. `renamed`: the former and the new name. */
  readonly onWritten: (renamed: { readonly from: string; readonly to: string } | null) => Promise<void>;
}

export type TryOut = Omit<EditResponse<'test'>, 'findings'>;

/** Gives up after this many attempts on a file that changes constantly. */
const maxWriteTries = 5;

export class ConfigEditor implements ServiceEditor {
  readonly #parts: ConfigEditorParts;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #never = new AbortController().signal;

  constructor(parts: ConfigEditorParts) {
    this.#parts = parts;
  }

  async read({ name }: EditRequest<'read'>): Promise<Result<EditResponse<'read'>, string>> {
    const source = await this.#source();
    if (!source.ok) return source;
    const { path, work, environment } = this.#parts;
    const found = await work(source.value.text, { kind: 'read', name, env: environment() });
    if (!found.ok) return err(`${path}: ${found.error}`);
    const { draft, line } = found.value;
    return ok({ draft: withoutSecrets(draft), path, line });
  }

  async propose({
    draft,
    basedOn,
  }: EditRequest<'propose'>): Promise<Result<EditResponse<'propose'>, string>> {
    const own = basedOn === null ? null : nameOf(basedOn);
    const others = (await this.#parts.listenAddresses()).filter(({ name }) => name !== own);
    const proposed = await proposeDraft(draft, {
      names: new Set(others.map(({ name }) => name)),
      freePort: (preferred, bind) => freePortFrom(preferred, bind, others),
    });
    return ok({ draft: proposed, check: automaticCheck(proposed) });
  }

  async validate(edit: ServiceEdit): Promise<Result<EditResponse<'validate'>, string>> {
    const judged = await this.#judged(edit);
    if (!judged.ok) return ok({ findings: [wholeError(judged.error)], yaml: null });
    const { edited, findings } = judged.value;
    return ok({ findings, yaml: hideSecretsIn(edited.yaml, edited.after) });
  }

  async test(edit: ServiceEdit): Promise<Result<EditResponse<'test'>, string>> {
    const judged = await this.#judged(edit);
    if (!judged.ok) return judged;
    const { findings, service } = judged.value;
    if (service === null) {
      const [first] = errorsOf(findings);
      const message = first === undefined ? 'the service is at fault' : describeFinding(first);
      return ok({ ok: false, message, remedy: null, tookMs: 0, findings });
    }
    return ok({ ...(await this.#parts.tryOut(service)), findings });
  }

  async portHolder({
    port,
    bind,
    except,
  }: EditRequest<'portHolder'>): Promise<Result<EditResponse<'portHolder'>, string>> {
    const address = { localPort: port, bind: bind === null ? null : (parseBindAddress(bind) ?? null) };
    const services = await this.#parts.listenAddresses();
    const { clock } = this.#parts;
    const holder = await holderOfPort(address, { services, except, clock });
    const others = services.filter(({ name }) => name !== except);
    return ok({ holder, free: await freePortFrom(Math.min(65_535, port + 1), address.bind, others) });
  }

  save(edit: ServiceEdit): Promise<Result<EditResult, string>> {
    return this.#inTurn(() => this.#save(edit));
  }

  addAll({ drafts }: EditRequest<'addAll'>): Promise<Result<EditResponse<'addAll'>, string>> {
    return this.#inTurn(() => this.#addAll(drafts));
  }

  remove({ name }: EditRequest<'remove'>): Promise<Result<EditResult, string>> {
    return this.#inTurn(() => this.#write((source) => this.#sound(source, { kind: 'remove', name })));
  }

  undo({ token }: EditRequest<'undo'>): Promise<Result<UndoResult, string>> {
    return this.#inTurn(() => this.#undo(token));
  }

  async #save(edit: ServiceEdit): Promise<Result<EditResult, string>> {
    const hidden = hiddenFindings(edit);
    if (hidden.length > 0) return ok(refusal(hidden));
    return this.#write((source) => this.#sound(source, configEdit(edit)));
  }

  async #addAll(drafts: readonly ServiceDraft[]): Promise<Result<EditResponse<'addAll'>, string>> {
    let accepted: Pick<AcceptedDrafts, 'names' | 'refusals'> = { names: [], refusals: [] };
    const written = await this.#write(async (source) => {
      const tried = await acceptDrafts(drafts, {
        edit: (kept) => this.#edited(source.text, { kind: 'add', drafts: kept }),
        judge: (edited) => this.#verdict(source, edited),
      });
      accepted = tried;
      return tried.edited;
    });
    if (!written.ok) return written;
    const { names, refusals } = accepted;
    const { path } = this.#parts;
    if (written.value.done) return ok({ names, path, undo: written.value.undo, refusals });
    return names.length === 0 ? ok({ names, path, undo: '', refusals }) : err(written.value.message);
  }

  /** Creates the file if there is none. `source`: its text, or the text that it gets. */
  async #created(source: ConfigSource): Promise<Result<ConfigSource, string>> {
    const { path, stateDirectory } = this.#parts;
    if (await exists(path)) return ok(source);
    try {
      await writeStarterConfig(path, { stateDirectory });
      return ok({ ...source, realPath: await realpath(path) });
    } catch (error) {
      return err(`${path} cannot be created: ${errorMessage(error)}`);
    }
  }

  async #undo(token: string | null): Promise<Result<UndoResult, string>> {
    const source = await this.#source();
    if (!source.ok) return source;
    const { journal } = this.#parts;
    const record = await journal.find(source.value.realPath, token);
    if (record === null)
      return ok(refused(token === null ? 'there is nothing to undo' : 'this edit cannot be undone any more'));
    const written = await this.#write(async (current) => {
      const undone = await this.#parts.work(current.text, { kind: 'undo', record });
      if (!undone.ok) return err(refused(undone.error));
      // A text that was in force before needs no check, and may have had errors.
      return digestOf(undone.value.text) === record.before
        ? undone
        : this.#judgedSound(current, undone.value);
    }, true);
    if (!written.ok || !written.value.done) return written as Result<UndoResult, string>;
    await journal.forget(record.token).catch(() => undefined);
    return ok({ done: true, path: this.#parts.path, what: describeEdit(record) });
  }

  async #sound(source: ConfigSource, edit: ConfigEdit): Promise<Result<WorkedText, EditRefusal>> {
    const edited = await this.#edited(source.text, edit);
    return edited.ok ? this.#judgedSound(source, edited.value) : err(refused(edited.error));
  }

  async #judgedSound(source: ConfigSource, edited: WorkedText): Promise<Result<WorkedText, EditRefusal>> {
    const { findings } = await this.#verdict(source, edited);
    return errorsOf(findings).length > 0 ? err(refusal(findings)) : ok(edited);
  }

  /** Edits the current text of the file, and retries if the file has changed by the time of the write. */
  async #write(
    make: (source: ConfigSource) => Promise<Result<WorkedText, EditRefusal>>,
    isUndo = false,
  ): Promise<Result<EditResult, string>> {
    for (let tries = 0; tries < maxWriteTries; tries += 1) {
      const source = await this.#source();
      if (!source.ok) return source;
      const edited = await make(source.value);
      if (!edited.ok) return ok(edited.error);
      const former = await this.#created(source.value);
      if (!former.ok) return ok(refused(former.error));
      const written = await writeConfigFile(former.value, edited.value.text, this.#parts);
      if (written.ok) return ok(await this.#finish(former.value, edited.value, isUndo));
      if (written.error.kind === 'failed') return ok(refused(written.error.message));
    }
    return ok(refused(`${this.#parts.path} is being written by another program: try again`));
  }

  async #finish(source: ConfigSource, edited: WorkedText, isUndo: boolean): Promise<EditResult> {
    const { path, journal, onWritten } = this.#parts;
    const { before, after, line } = edited;
    const kept = { realPath: source.realPath, ...edited.undo };
    const undo = isUndo
      ? ''
      : await journal.keep(kept).catch(() => journal.miss(source.realPath).then(() => ''));
    const [from, to] = [before, after].map((draft) => (draft === null ? null : nameOf(draft)));
    const isRenamed = typeof from === 'string' && typeof to === 'string' && from !== to;
    await onWritten(isRenamed ? { from, to } : null);
    return { done: true, name: to ?? from ?? '', path, line, undo };
  }

  /** The verdict on an edit of the current text, or of the text of a new file. */
  async #judged(edit: ServiceEdit): Promise<Result<EditVerdict & { readonly edited: WorkedText }, string>> {
    const source = await this.#source();
    if (!source.ok) return source;
    const edited = await this.#edited(source.value.text, configEdit(edit));
    if (!edited.ok) return edited;
    const verdict = await this.#verdict(source.value, edited.value);
    const findings = [...hiddenFindings(edit), ...verdict.findings];
    const service = hiddenFindings(edit).length > 0 ? null : verdict.service;
    return ok({ ...verdict, findings, service, edited: edited.value });
  }

  #verdict(source: ConfigSource, edited: WorkedText): Promise<EditVerdict> {
    const { path, environment, homeDirectory, compile } = this.#parts;
    const context = { path, env: environment(), homeDirectory };
    return judgeEdit(source.text, edited, { compile, context, signal: this.#never });
  }

  #edited(text: string, edit: ConfigEdit): Promise<Result<WorkedText, string>> {
    return this.#parts.work(text, { kind: 'edit', edit, env: this.#parts.environment() });
  }

  /** If there is no file yet, the one that would be created. */
  async #source(): Promise<Result<ConfigSource, string>> {
    const { path, uid } = this.#parts;
    if (!(await exists(path)))
      return ok({ text: starterConfig, hasMark: false, realPath: path, digest: digestOf(starterConfig) });
    return readConfigFile(path, uid);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const configEdit = ({ draft, basedOn }: ServiceEdit): ConfigEdit =>
  basedOn === null ? { kind: 'add', drafts: [draft] } : { kind: 'change', draft, basedOn };

const wholeError = (message: string): DraftFinding => ({ severity: 'error', field: '', message });
