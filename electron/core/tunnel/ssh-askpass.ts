/**
 * The password's way to ssh: ssh runs the program that SSH_ASKPASS names and reads its stdout. Ours prints a variable
 * of its environment, so the password stands in no file, no argument and no log. A process's environment can be read
 * by the same user and by root, who could read the config file as well.
 */
import { writeFileSync } from 'node:fs';

/**
 * It answers only to what asks for a password: never to the question whether a host key is right, nor for the
 * passphrase of a key or a one-time code, which would give the password to the wrong one.
 */
const script = `#!/bin/sh
case "$1" in
  *[Pp]assphrase*) exit 1 ;;
  *[Pp]assword*) printf '%s\\n' "$LOCALPORT_SSH_PASSWORD" ;;
  *) exit 1 ;;
esac
`;

/** Writes the program, which holds no secret. Throws when the file cannot be written. */
export function writeAskpass(file: string): void {
  writeFileSync(file, script, { mode: 0o700 });
}

export function askpassEnvironment(file: string, password: string): Readonly<Record<string, string>> {
  // "force": otherwise ssh asks only on a terminal, or only where there is a display.
  return { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: 'force', LOCALPORT_SSH_PASSWORD: password };
}
