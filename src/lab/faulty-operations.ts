/** The operations of the KMS API behind the lab's faults, as users' own clients of KMS see them. */
import type { Run, Service } from '../server/service.ts';
import type { KeyFaults } from './key-faults.ts';

export function withKeyFaults(services: readonly Service[], faults: KeyFaults): readonly Service[] {
  return services.map((service) => {
    if (service.model !== 'kms') return service;
    const runs = new Map<string, Run>();
    for (const [operation, run] of service.runs) {
      runs.set(operation, async (asked, input) => {
        const key = keyOf(input);
        const { caller } = asked;
        await faults.meet({ operation, caller, ...(key === undefined ? {} : { key }) });
        return run(asked, input);
      });
    }
    return { ...service, runs };
  });
}

function keyOf(input: object): string | undefined {
  return 'KeyId' in input && typeof input.KeyId === 'string' ? input.KeyId : undefined;
}
