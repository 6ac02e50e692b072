/** Local ports that are used instead of those of the config, for this run. Nothing is written: they end with the host. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';

export class PortOverrides {
  readonly #ports = new Map<string, number>();

  /** Returns whether that changes anything. `port`: null takes what the config says again. */
  set(name: string, port: number | null): boolean {
    if ((this.#ports.get(name) ?? null) === port) return false;
    if (port === null) this.#ports.delete(name);
    else this.#ports.set(name, port);
    return true;
  }

  /**
   * The services with the ports that are in force. An edit of `local_port` overrides an earlier choice, and one that has left
   * the config leaves nothing behind.
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
