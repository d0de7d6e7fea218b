/** A client's configuration that outlives the store it leads to: after a restart the same client asks the new one. */
import type { ClientConfig } from '../server/client-config.ts';

/** `current` gives a configuration of the store that is open now, for each store another one. Throws what it throws. */
export function lastingConfig(current: () => ClientConfig): ClientConfig {
  const first = current();
  const handler = () => current().requestHandler;
  return {
    ...first,
    requestHandler: {
      ...first.requestHandler,
      handle: async (request, options) => handler().handle(request, options),
      destroy: () => handler().destroy(),
    },
  };
}
