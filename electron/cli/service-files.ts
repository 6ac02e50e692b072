/** The files with which launchd and systemd start the daemon at login. Pure: text from the program to run. */

/** Reverse domain name, as launchd requires. */
export const agentLabel = 'dev.localport.daemon';
export const unitName = 'localport.service';

export interface DaemonCommand {
  /** The program and its arguments. */
  readonly argv: readonly string[];
  /** Destination of its standard error: there is one line if it cannot start. */
  readonly outputFile: string;
}

/** launchd.plist(5). It is restarted when it fails, and left alone after a normal stop. */
export function launchAgent({ argv, outputFile }: DaemonCommand): string {
  const strings = argv.map((word) => `    <string>${escapeXml(word)}</string>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${agentLabel}</string>
  <key>ProgramArguments</key>
  <array>
${strings}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>60</integer>
  <key>ExitTimeOut</key>
  <integer>35</integer>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>/dev/null</string>
  <key>StandardErrorPath</key>
  <string>${escapeXml(outputFile)}</string>
</dict>
</plist>
`;
}

/** systemd.service(5). TERM goes only to the daemon: it ends its own children, in order. */
export function systemdUnit({ argv }: Pick<DaemonCommand, 'argv'>): string {
  return `[Unit]
Description=LocalPort keeps port forwards alive
After=network.target
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
ExecStart=${argv.map(systemdWord).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=2
KillMode=mixed
TimeoutStopSec=35
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** The program and its arguments, as `launchAgent` wrote them; none if the text is something else. */
export function launchAgentProgram(text: string): readonly string[] {
  const array = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(text)?.[1] ?? '';
  return [...array.matchAll(/<string>([^<]*)<\/string>/g)].map(([, word = '']) =>
    word.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );
}

/** The same for the output of `systemdUnit`. */
export function systemdProgram(text: string): readonly string[] {
  const line = /^ExecStart=(.*)$/m.exec(text)?.[1] ?? '';
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare = '']) =>
    (quoted ?? bare)
      .replaceAll('%%', '%')
      .replaceAll('$$', '$')
      .replaceAll(/\\(?:x([\da-f]{2})|(.))/g, (_, code: string | undefined, character: string) =>
        code === undefined ? character : String.fromCharCode(Number.parseInt(code, 16)),
      ),
  );
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Quoted, with `%` and `$`, which systemd would expand, doubled. A line feed would begin a separate setting. */
const systemdWord = (word: string): string => {
  const escaped = word
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
    .replaceAll(
      /(?![\u0080-\u009f])\p{Cc}/gu,
      (character) => String.raw`\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
};
