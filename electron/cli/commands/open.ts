import { clientAddress } from '../../../shared/bind-address.ts';
import { serviceUrl } from '../../../shared/service-url.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { withDeadline } from '../../core/clock.ts';
import { findOnPath } from '../../core/process/find-on-path.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { startDetached } from '../detached-program.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { jsonLines } from '../output/json-lines.ts';
import { refuseUnknown } from '../service-target.ts';

export interface OpenOptions {
  readonly print?: true;
}

/** How long to wait for the opener's exit code: xdg-open(1) may run as long as the browser that it starts. */
const openMs = 5_000;

/** Opens the service if the desktop has a program for it; otherwise prints its address, for scripts and people. */
export const open: Action<OpenOptions> = (context, options, [name = '']) =>
  withHost(context, async (client) => {
    const { services } = answerOf(await client.request('snapshot', {}));
    refuseUnknown(services, [name]);
    const service = services.find((one) => one.name === name);
    if (service === undefined || service.phase === 'off')
      throw new CommandFailure(`${name} is off`, { hint: `Turn it on: localport start ${name}` });
    const url = serviceUrl(service);
    const opener = options.print === true || url === null ? null : desktopOpener(context);
    const isJson = context.format === 'json';
    if (url !== null && opener !== null) {
      if (!isJson) context.say(`opening ${url}`);
      await openUrl(context, opener, url);
    } else {
      if (!isJson) context.print(addressOf(service));
      if (options.print !== true) context.tell(...whyNot(name, url));
    }
    if (isJson)
      context.print(...jsonLines({ name, url, address: clientAddress(service), opened: opener !== null }));
    return exitCode.ok;
  });

const addressOf = (service: ServiceSnapshot): string => serviceUrl(service) ?? clientAddress(service);

const whyNot = (name: string, url: string | null): readonly string[] =>
  url === null
    ? [
        `LocalPort does not know what protocol ${name} speaks, so it opens nothing`,
        `If it speaks HTTP: localport edit ${name} --check http`,
      ]
    : ['there is no desktop here, so nothing was opened'];

/** null: there is no desktop. In an ssh session on a Mac, the window would open on that Mac's screen. */
function desktopOpener({ platform, env }: CommandContext): string | null {
  if (platform === 'darwin') return env['SSH_CONNECTION'] === undefined ? 'open' : null;
  return (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') === '' ? null : 'xdg-open';
}

/** The opener is never ended: it may be the browser itself. */
async function openUrl(context: CommandContext, opener: string, url: string): Promise<void> {
  if ((await findOnPath(opener, context.env)) === null)
    throw new CommandFailure(`${url} could not be opened: ${opener} was not found`, {
      hint: `Install ${opener}, or open the address yourself.`,
    });
  const { ended } = await startDetached(context, [opener, url], null);
  const how = await withDeadline(context.clock, openMs, ended);
  if (how !== 'deadline' && how !== 'exit code 0')
    throw new CommandFailure(`${url} could not be opened: ${opener} ended with ${how}`);
}
