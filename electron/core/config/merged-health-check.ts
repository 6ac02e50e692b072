import type { RawFile, RawHealthCheck, RawService } from '../../../shared/config-schema.ts';

/**
 * The probe's own settings are inherited only by a check of the same type: an http url means nothing to postgres.
 * `enabled: false` says `type: none` in the words of 0.3.7; among the defaults it yields to a type of the service's own.
 */
export function mergedHealthCheck(service: RawService, fileDefaults: RawFile['defaults']): RawHealthCheck {
  const defaults = fileDefaults?.health_check ?? {};
  const own = service.health_check ?? {};
  const enabled = own.enabled ?? (own.type === undefined ? defaults.enabled : undefined);
  if (enabled === false) return { ...defaults, ...own, type: 'none', config: {} };
  const inherits = own.type === undefined || own.type === defaults.type;
  return { ...defaults, ...own, config: { ...(inherits ? defaults.config : {}), ...own.config } };
}
