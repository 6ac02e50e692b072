/** Converts a global shortcut from a key press to Electron's format (`Command+Shift+L`) and to display text. Pure. */

export interface PressedKeys {
  readonly key: string;
  /** The physical key: the character it types depends on the modifiers. */
  readonly code: string;
  readonly meta: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

/** null: not allowed, because it could conflict with typing. Requires Command or Control, or Alt with Shift, plus one key. */
export function acceleratorOf(
  { code, meta, ctrl, alt, shift }: PressedKeys,
  platform: string,
): string | null {
  const key = keyOf(code);
  if (key === null || !(meta || ctrl || (alt && shift))) return null;
  const command = platform === 'darwin' ? 'Command' : 'Super';
  return [
    ...(ctrl ? ['Control'] : []),
    ...(alt ? ['Alt'] : []),
    ...(shift ? ['Shift'] : []),
    ...(meta ? [command] : []),
    key,
  ].join('+');
}

function keyOf(code: string): string | null {
  const letter =
    /^Key([A-Z])$/.exec(code)?.[1] ?? /^Digit(\d)$/.exec(code)?.[1] ?? /^(F\d{1,2})$/.exec(code)?.[1];
  return letter ?? (code === 'Space' ? 'Space' : null);
}

const macSigns: Readonly<Record<string, string>> = { Control: '⌃', Alt: '⌥', Shift: '⇧', Command: '⌘' };

/** `⇧⌘L` on a Mac, `Ctrl+Shift+L` elsewhere. */
export function acceleratorText(accelerator: string, platform: string): string {
  const parts = accelerator.split('+');
  if (platform === 'darwin') return parts.map((part) => macSigns[part] ?? part).join('');
  return parts.map((part) => (part === 'Control' ? 'Ctrl' : part)).join('+');
}
