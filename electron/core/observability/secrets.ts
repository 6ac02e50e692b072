/** Which values must never be shown: those that the config gives, and those whose names say so. Pure. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { isReference, passwordsOf } from '../secrets/service-secrets.ts';

/** Names the place or the user of a secret, not the secret. */
const namesAPlace = /_(FILE|PATH|DIR|HOST|PORT|USER|USERNAME|URL|ID|NAME|SOCK|ADDRESS|TYPE|CLASS|DESKTOP)$/i;
const namesADesktop = /^(XDG|DBUS|DESKTOP|GDM|GNOME|KDE)_?SESSION/i;
const namesASecret: readonly RegExp[] = [
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|COOKIE|AUTHORIZATION/i,
  /(^|_)(PASS|PWD|KEY|AUTH|PAT|DSN|SESSION)(_|$)/i,
  // Written as one word: DBPASS, but not COMPASS or BYPASS.
  /(?<!COM|BY)PASS$/i,
  /(API|ACCESS|PRIVATE|SSH|SIGNING|ENCRYPTION|MASTER|DEPLOY|AUTH)KEY/i,
];

/** Whether a variable or a header of this name is likely to hold a secret, rather than where to find one. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll('-', '_');
  if (/^(OLD)?PWD$/.test(words) || namesAPlace.test(words) || namesADesktop.test(words)) return false;
  return namesASecret.some((pattern) => pattern.test(words));
}

/** The secrets of a service: its passwords but for references, and the headers of its check that hold one. */
export function secretsOf(service: ServiceSpec): readonly string[] {
  const { probe } = service.healthCheck;
  const passwords = passwordsOf(service).filter((password) => !isReference(password));
  const headers = probe.type === 'http' || probe.type === 'https' ? Object.entries(probe.headers) : [];
  const credentials = headers.filter(([name]) => isSecretName(name)).map(([, value]) => value);
  return [...passwords, ...credentials].filter((value) => value !== '');
}
