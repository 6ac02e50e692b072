/** What an error packet of MySQL or MariaDB means for a check, by its error number (mysqld_error.h). Pure. */
import { toEvidence } from '../../failure/evidence.ts';
import type { WrongAnswer } from '../probe.ts';
import type { MysqlError, MysqlLogin } from './mysql-packets.ts';
import { refusal, wrongAnswer, type FailedProbe } from './probe-failures.ts';

/** Access denied to a database; other denials have SQLSTATE 28000. */
const deniesDatabase: readonly number[] = [1044, 1049];
/** The account is locked (MySQL, MariaDB), or its password has expired. */
const deniesAccount: readonly number[] = [3118, 4151, 1820, 1862];
const requiresTls = 3159;
/** Too many errors from this host, or no account allows this host. */
const deniesHost: readonly number[] = [1129, 1130];

const deniesLogin = ({ code, state }: MysqlError): boolean =>
  state === '28000' || deniesAccount.includes(code) || code === requiresTls;

/** For an error instead of the greeting. */
export const readGreetingError = (error: MysqlError): FailedProbe =>
  deniesHost.includes(error.code)
    ? refusal(describeError(error, null), 'MySQL refused the connection')
    : wrongAnswer(describeError(error, null), anError);

/** For the anonymous login, which is expected to fail; null: it failed as expected. */
export const readAnonymousRefusal = (error: MysqlError): FailedProbe | null =>
  deniesLogin(error) ? null : readGreetingError(error);

/** For an error in response to a login, or to a query after it. */
export function readLoginError(error: MysqlError, { user, password }: MysqlLogin): FailedProbe {
  const finding = describeError(error, password);
  if (error.code === requiresTls) return refusal(finding, 'MySQL requires TLS (tls: true)');
  if (deniesLogin(error) || deniesDatabase.includes(error.code))
    return refusal(finding, `MySQL refused the login of ${user}`);
  return wrongAnswer(finding, anError);
}

const anError: WrongAnswer = { code: 'check-failed', title: 'MySQL answered with an error' };

/** Redaction would take `(using password: YES)` for a secret and hide it. */
const usedPassword = /\(using password: (YES|NO)\)/;

function describeError({ code, message }: MysqlError, password: string | null): string {
  const text = message.replace(usedPassword, (_, used) =>
    used === 'YES' ? '(with a password)' : '(without a password)',
  );
  return toEvidence(`${text} (${code})`, password === null ? [] : [password]);
}
