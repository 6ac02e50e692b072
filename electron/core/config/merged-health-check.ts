import type { RawFile, RawHealthCheck, RawService } from '../../../shared/config-schema.ts';

/**
 * The probe's own settings are inherited only by a check of the same type: postgres has no use for an http url.
 * `enabled: false` is 0.3.7's form of `type: none`; in the defaults it yields to the service's own type.
 */
export function mergedHealthCheck(service: RawService, fileDefaults: RawFile['defaults']): RawHealthCheck {
  const defaults = fileDefaults?.health_check ?? {};
  const own = service.health_check ?? {};
  const enabled = own.enabled ?? (own.type === undefined ? defaults.enabled : undefined);
  if (enabled === false) return { ...defaults, ...own, type: 'none', config: {} };
  const inherits = own.type === undefined || own.type === defaults.type;
  return { ...defaults, ...own, config: { ...(inherits ? defaults.config : {}), ...own.config } };
}
