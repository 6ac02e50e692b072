/** Secrets within other text: in URLs, and among the arguments of a program. Pure. */
import { isSecretName } from './secret-names.ts';

/** The password and the query parameters of each URL in a text. */
export function secretsInUrls(text: string): readonly string[] {
  const passwords = [...text.matchAll(/\b[a-z][\w+.-]{0,20}:\/\/[^\s:@/?#]*:([^\s/?#"']+)@/gi)];
  const parameters = [...text.matchAll(/[?&;]([\w.-]{1,60})=([^\s&;#"']+)/g)];
  return [
    ...passwords.map(([, password = '']) => password),
    ...parameters.flatMap(([, name = '', value = '']) => (isSecretName(name) ? [value] : [])),
  ]
    .flatMap((value) => [value, decoded(value)])
    .filter(isTelling);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * The values that follow the name of a secret: `--password x`, `--token=x`, `PGPASSWORD=x`, `Authorization: Bearer x`, `-u me:x`
 * of curl, and the single-letter password options of some programs. A shell script is searched word by word.
 */
export function secretsInArguments(argv: readonly string[]): readonly string[] {
  const words = argv.flatMap((argument, index) =>
    isScriptOption(argv[index - 1] ?? '') ? wordsOfScript(argument) : [argument],
  );
  return [
    ...words.flatMap((word, index) => [
      ...secretsInUrls(word),
      ...assigned(word),
      ...inHeader(word),
      ...behindOption(words[index - 1] ?? '', word),
    ]),
    ...behindLetter(words),
  ].filter(isTelling);
}

/** The letter of the password option, and whether the password may also be the next word. */
const passwordLetters: readonly (readonly [program: RegExp, letter: string, isNextWord: boolean])[] = [
  [/^sshpass$/, '-p', true],
  [/^(?:redis|valkey)-cli$/, '-a', true],
  // `mysql -p` alone prompts at the terminal; the next word is the database.
  [/^(?:mysql|mariadb)[\w-]*$/, '-p', false],
];

/** From the program's name on, which may follow another program: `sshpass -p x ssh`. The first such option is the program's own. */
function behindLetter(words: readonly string[]): readonly string[] {
  return passwordLetters.flatMap(([program, letter, isNextWord]) => {
    const start = words.findIndex((word) => program.test(word.slice(word.lastIndexOf('/') + 1)));
    const at = start === -1 ? -1 : words.findIndex((word, index) => index > start && word.startsWith(letter));
    const option = words[at];
    if (option === undefined) return [];
    if (option !== letter) return [option.slice(letter.length)];
    return isNextWord ? [words[at + 1] ?? ''] : [];
  });
}

/** `sh -c`, `bash -lc`. */
const isScriptOption = (word: string): boolean => /^-[a-z]*c$/.test(word);

const wordsOfScript = (script: string): readonly string[] =>
  (script.match(/(?:[^\s;&|()"']|"[^"]*"|'[^']*')+/g) ?? []).map((word) => word.replaceAll(/["']/g, ''));

function assigned(word: string): readonly string[] {
  const [, name = '', value = ''] = /^-{0,2}([\w.-]+)=(.*)$/s.exec(word) ?? [];
  return isSecretName(name) ? [value] : [];
}

function inHeader(word: string): readonly string[] {
  const [, name = '', value = ''] = /^([\w-]+):\s*(.+)$/s.exec(word) ?? [];
  return isSecretName(name) ? [value, value.replace(/^\w+\s+/, '')] : [];
}

function behindOption(option: string, word: string): readonly string[] {
  const [, name = ''] = /^--?([\w-]+)$/.exec(option) ?? [];
  if (name === 'u' || name === 'user') return [/^[^:/]+:(.+)$/s.exec(word)?.[1] ?? ''];
  return isSecretName(name) && !word.startsWith('-') ? [word] : [];
}

/** A switch, a small number, a shell variable and a placeholder reveal nothing. */
const isTelling = (value: string): boolean =>
  value !== '' && !/^(?:true|false|yes|no|none|\d{1,3}|\$.*|\{\w+\})$/i.test(value);

/** The default in the file for a secret variable that is not set: `${DB_PASSWORD:swordfish}`. */
export const secretDefaults = (
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] =>
  [...text.matchAll(/\$\{\s{0,9}([\w-]{1,256})\s{0,9}:-?([^}\n]{1,2000})\}/g)]
    .filter(([, name = '']) => isSecretName(name) && (environment[name] ?? '') === '')
    .map(([, , value = '']) => value)
    .filter(isTelling);
