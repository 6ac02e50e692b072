/** Desktop entries as text, according to the freedesktop.org Desktop Entry Specification 1.5. */

export function autostartEntry(command: readonly string[]): string {
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=LocalPort',
    'Comment=Keeps port forwards alive',
    `Exec=${execValue(command)}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether a desktop would start this entry: it is not hidden, and no desktop's settings have disabled it. */
export function isEntryEnabled(entry: string): boolean {
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}\\s*=\\s*(.*?)\\s*$`, 'm').exec(entry)?.[1]?.toLowerCase();
  return (
    value('Hidden') !== 'true' &&
    value('X-GNOME-Autostart-enabled') !== 'false' &&
    value('Exec') !== undefined
  );
}

/** Two layers of escaping: argument quoting, then the backslash escapes of string values. */
const execValue = (command: readonly string[]): string =>
  command.map(quoted).join(' ').replaceAll('\\', '\\\\');

function quoted(argument: string): string {
  const literal = argument.replaceAll('%', '%%');
  if (/^[\w@%+=:,./-]+$/.test(literal)) return literal;
  return `"${literal.replace(/["`$\\]/g, '\\$&')}"`;
}
