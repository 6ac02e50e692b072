/** Local ports that replace those in the config for this run. Nothing is written: they are lost when the host exits. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';

export class PortOverrides {
  readonly #ports = new Map<string, number>();

  /** Returns whether anything changes. `port` null: back to the port in the config. */
  set(name: string, port: number | null): boolean {
    if ((this.#ports.get(name) ?? null) === port) return false;
    if (port === null) this.#ports.delete(name);
    else this.#ports.set(name, port);
    return true;
  }

  /**
   * Returns the services with their effective ports. Editing `local_port` overrides an earlier choice, and removing a
   * service from the config discards it.
   */
  applyTo(before: readonly ServiceSpec[], after: readonly ServiceSpec[]): readonly ServiceSpec[] {
    const earlier = new Map(before.map(({ name, localPort }) => [name, localPort]));
    const later = new Map(after.map(({ name, localPort }) => [name, localPort]));
    for (const name of [...this.#ports.keys()]) {
      if (earlier.get(name) !== later.get(name)) this.#ports.delete(name);
    }
    return after.map((service) => {
      const port = this.#ports.get(service.name);
      return port === undefined ? service : { ...service, localPort: port };
    });
  }
}
