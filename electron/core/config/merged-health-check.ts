import type { RawFile, RawHealthCheck, RawService } from '../../../shared/config-schema.ts';

/** The probe's own settings are inherited only by a check of the same type: an http url means nothing to postgres. */
export function mergedHealthCheck(service: RawService, fileDefaults: RawFile['defaults']): RawHealthCheck {
  const defaults = fileDefaults?.health_check ?? {};
  const own = service.health_check ?? {};
  const inherits = own.type === undefined || own.type === defaults.type;
  return { ...defaults, ...own, config: { ...(inherits ? defaults.config : {}), ...own.config } };
}
