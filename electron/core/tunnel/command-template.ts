/** The placeholders of a command: `{local_port}` and `{socket}` stand for the tunnel's private endpoint. Pure. */
import { err, ok, type Result } from '../../../shared/result.ts';

export type Placeholder = 'local_port' | 'socket';

/** The placeholder that says where the command listens; `socket` if both occur. */
export function endpointPlaceholder(argv: readonly string[]): Result<Placeholder, string> {
  const text = argv.slice(1).join('\n');
  if (text.includes('{socket}')) return ok('socket');
  if (text.includes('{local_port}')) return ok('local_port');
  return err(
    'connection.argv contains neither {local_port} nor {socket}: LocalPort cannot know where it listens',
  );
}

export function expandPlaceholders(
  argv: readonly [string, ...string[]],
  values: { readonly localPort: number; readonly socket: string },
): [string, ...string[]] {
  const [program, ...rest] = argv;
  return [
    program,
    ...rest.map((word) =>
      word
        .replaceAll('{local_port}', () => String(values.localPort))
        .replaceAll('{socket}', () => values.socket),
    ),
  ];
}
