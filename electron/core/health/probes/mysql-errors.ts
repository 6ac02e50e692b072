/** What an error packet of MySQL or MariaDB means for a check, by its number (mysqld_error.h): pure. */
import { toEvidence } from '../../failure/evidence.ts';
import type { WrongAnswer } from '../probe.ts';
import type { MysqlError, MysqlLogin } from './mysql-packets.ts';
import { refusal, wrongAnswer, type FailedProbe } from './probe-failures.ts';

/** Access denied; further ones have SQLSTATE 28000. */
const deniesDatabase: readonly number[] = [1044, 1049];
/** The account is locked (MySQL, MariaDB); its password has expired. */
const deniesAccount: readonly number[] = [3118, 4151, 1820, 1862];
const requiresTls = 3159;
/** Too many errors from this host; no account is for this host. */
const turnsHostAway: readonly number[] = [1129, 1130];

const deniesLogin = ({ code, state }: MysqlError): boolean =>
  state === '28000' || deniesAccount.includes(code) || code === requiresTls;

/** In place of the greeting. */
export const readGreetingError = (error: MysqlError): FailedProbe =>
  turnsHostAway.includes(error.code)
    ? refusal(wordsOf(error, null), 'MySQL refused the connection')
    : wrongAnswer(wordsOf(error, null), anError);

/** To a login that nobody expects to succeed; null: as expected. */
export const readRefusalOfNobody = (error: MysqlError): FailedProbe | null =>
  deniesLogin(error) ? null : readGreetingError(error);

/** To a login, or to a query after it. */
export function readLoginError(error: MysqlError, { user, password }: MysqlLogin): FailedProbe {
  const words = wordsOf(error, password);
  if (error.code === requiresTls) return refusal(words, 'MySQL requires TLS (tls: true)');
  if (deniesLogin(error) || deniesDatabase.includes(error.code))
    return refusal(words, `MySQL refused the login of ${user}`);
  return wrongAnswer(words, anError);
}

const anError: WrongAnswer = { code: 'check-failed', title: 'MySQL answered with an error' };

/** `(using password: YES)` looks like a secret, and would be hidden as one. */
const usedPassword = /\(using password: (YES|NO)\)/;

function wordsOf({ code, message }: MysqlError, password: string | null): string {
  const words = message.replace(usedPassword, (_, used) =>
    used === 'YES' ? '(with a password)' : '(without a password)',
  );
  return toEvidence(`${words} (${code})`, password === null ? [] : [password]);
}
