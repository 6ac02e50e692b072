/**
 * Handles links from other apps.
 *
 * 1. A link only shows the popover unless the user confirms there. A guarded service needs a second confirmation.
 * 2. One question at a time. While one is open, other links are dropped: a click meant for one must not answer another.
 * 3. A question is dropped when the popover closes, so that users never confirm something they have forgotten about.
 * 4. An answer identifies the question that was on the screen. Its services are fixed when the link arrives, and those that
 *    have since been removed are skipped when the user answers.
 */
import type { LinkCard } from '../../shared/app-link.ts';
import { guardQuestion, isGuarded, withoutGuarded } from '../../shared/guard.ts';
import type { Desired, ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { errorMessage } from '../core/lifecycle/error-text.ts';
import type { Logger } from '../core/observability/logger.ts';
import { parseAppLink, type AppLink } from './app-link.ts';

interface LinkHandlerParts {
  readonly host: {
    snapshot(): Pick<Snapshot, 'services'>;
    setDesired(name: string, desired: Desired): Promise<void>;
  };
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly openPopover: () => void;
  /** The card was replaced or withdrawn. */
  readonly onChange: (card: LinkCard | null) => void;
}

interface Question {
  readonly card: LinkCard;
  readonly names: readonly string[];
  readonly desired: Desired;
  /** Whether this is the second confirmation, for a guarded service. */
  readonly isGuard: boolean;
}

type TurnLink = Extract<AppLink, { readonly kind: 'turn' }>;
type Wording = Omit<LinkCard, 'id'>;

const maxNamesTold = 6;
const bySomebodyElse = 'A link in another app requested this.';

export class LinkHandler {
  readonly #parts: LinkHandlerParts;
  #asked = 0;
  #question: Question | null = null;

  constructor(parts: LinkHandlerParts) {
    this.#parts = parts;
  }

  get card(): LinkCard | null {
    return this.#question?.card ?? null;
  }

  /** Handles a link that was opened anywhere; it may be any text. */
  receive(text: string): void {
    const { log, openPopover } = this.#parts;
    if (this.#question !== null && this.#question.names.length > 0) {
      log.warn('a link was ignored: the question of another one is still open');
      openPopover();
      return;
    }
    const link = parseAppLink(text);
    if (!link.ok) this.#tell(link.error);
    else if (link.value.kind === 'open') this.#show(null);
    else this.#ask(link.value);
    openPopover();
  }

  /** The user's answer to the card with this ID; ignored if another card is open. */
  answer(id: string, yes: boolean): void {
    const question = this.#question;
    if (question?.card.id !== id) return;
    this.#show(null);
    if (!yes) return;
    const services = this.#parts.host.snapshot().services.filter(({ name }) => question.names.includes(name));
    const guarded = services.find((service) => isGuarded(service) && service.desired === 'off');
    if (question.desired === 'on' && !question.isGuard && guarded !== undefined) {
      const { title, text, accept } = guardQuestion(guarded);
      this.#question = this.#made(
        { title, text, accept },
        {
          names: [guarded.name],
          desired: 'on',
          isGuard: true,
        },
      );
      this.#parts.onChange(this.card);
      return;
    }
    void this.#turn(
      services.map(({ name }) => name),
      question.desired,
    );
  }

  async #turn(names: readonly string[], desired: Desired): Promise<void> {
    const { host, log } = this.#parts;
    const turn = async (name: string): Promise<void> => {
      try {
        await host.setDesired(name, desired);
        log.info(`${name} was turned ${desired} by a link`);
      } catch (error) {
        log.warn(`${name} could not be turned ${desired} by a link: ${errorMessage(error)}`);
      }
    };
    await Promise.all(names.map(turn));
  }

  /** The popover was closed: drops the question. */
  withdraw(): void {
    if (this.#question !== null) this.#show(null);
  }

  #ask(link: TurnLink): void {
    const { services } = this.#parts.host.snapshot();
    const named = services.filter(({ name, tags }) =>
      link.of === 'service' ? name === link.name : tags.includes(link.name),
    );
    const meant = named.filter(({ desired }) => desired !== link.desired);
    const turned = link.of === 'tag' && link.desired === 'on' ? withoutGuarded(meant) : meant;
    if (named.length === 0) this.#tell(unknownName(link));
    else if (turned.length === 0) this.#tell(nothingToDo(link, meant.length > 0));
    else {
      const names = turned.map(({ name }) => name);
      this.#show(
        this.#made(turnWording(link, turned, turned.length < meant.length), {
          names,
          desired: link.desired,
          isGuard: false,
        }),
      );
    }
  }

  #tell(text: string): void {
    this.#parts.log.warn(`a link was refused: ${text}`);
    const wording = { title: 'This link does nothing', text, accept: null };
    this.#show(this.#made(wording, { names: [], desired: 'off', isGuard: false }));
  }

  #made(wording: Wording, question: Omit<Question, 'card'>): Question {
    return { ...question, card: { id: String((this.#asked += 1)), ...wording } };
  }

  #show(question: Question | null): void {
    if (question === null && this.#question === null) return;
    this.#question = question;
    this.#parts.onChange(this.card);
  }
}

const shown = (name: string): string => visibleLine(name);

function turnWording(
  { desired, of, name }: TurnLink,
  services: readonly ServiceSnapshot[],
  sparesGuarded: boolean,
): Wording {
  const accept = desired === 'on' ? 'Turn On' : 'Turn Off';
  if (of === 'service') return { title: `Turn ${desired} ${shown(name)}?`, text: bySomebodyElse, accept };
  const count = services.length;
  const more = count - maxNamesTold;
  const told = services.slice(0, maxNamesTold).map((service) => shown(service.name));
  const names = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  const rest = sparesGuarded ? ' Guarded forwards stay off.' : '';
  return {
    title: `Turn ${desired} ${count === 1 ? '1 forward' : `${count} forwards`} tagged ${shown(name)}?`,
    text: `${bySomebodyElse} ${names}.${rest}`,
    accept,
  };
}

const unknownName = ({ of, name }: TurnLink): string =>
  of === 'service'
    ? `There is no forward with the name “${shown(name)}”.`
    : `No forward has the tag “${shown(name)}”.`;

function nothingToDo({ of, name, desired }: TurnLink, onlyGuarded: boolean): string {
  if (of === 'service') return `${shown(name)} is already ${desired}.`;
  return onlyGuarded
    ? `The forwards tagged “${shown(name)}” that are off are guarded. Turn them on one at a time.`
    : `All forwards with the tag “${shown(name)}” are already ${desired}.`;
}
