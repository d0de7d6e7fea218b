/** The grants that the table service has on keys, asked for and given back with a record of each (aws-behaviour §2.4). */
import { tableGrantOperations } from '../kms/embedded/table-grants.ts';
import type { Caller, GrantForTable, TableGrant, TableGrants } from '../kms/key-service.ts';
import type { CallRecorder, RecordedServiceParts } from './call-recorder.ts';
import type { EventFields } from './event.ts';
import type { ServiceCall } from './service-call.ts';

/** Keys that need no grant leave no record. */
export class RecordedTableGrants implements TableGrants {
  readonly #grants: TableGrants;
  readonly #recorder: CallRecorder;
  readonly #errorOf: RecordedServiceParts['errorOf'];

  constructor(
    grants: TableGrants,
    { recorder, errorOf }: Pick<RecordedServiceParts, 'recorder' | 'errorOf'>,
  ) {
    this.#grants = grants;
    this.#recorder = recorder;
    this.#errorOf = errorOf;
  }

  create(caller: Caller, wanted: GrantForTable): Promise<string | undefined> {
    return this.#made(caller, wanted, () => this.#grants.create(caller, wanted));
  }

  adopt(service: Caller, wanted: GrantForTable): Promise<string | undefined> {
    return this.#made(service, wanted, () => this.#grants.adopt(service, wanted));
  }

  async retire(service: Caller, grant: TableGrant): Promise<void> {
    await this.#recorder.ready();
    await this.#grants.retire(service, grant);
    await this.#recorder.serviceCall({
      operation: 'RetireGrant',
      caller: service,
      keyArn: grant.keyArn,
      requestParameters: null,
      additionalEventData: { grantId: grant.grantId },
    });
  }

  heldBy(holder: string): readonly TableGrant[] {
    return this.#grants.heldBy(holder);
  }

  async #made(
    caller: Caller,
    wanted: GrantForTable,
    make: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const { keyArn, context } = wanted;
    const told: ServiceCall = {
      operation: 'CreateGrant',
      caller,
      keyArn,
      context,
      requestParameters: parametersOf(caller, wanted),
    };
    await this.#recorder.ready();
    let grantId: string | undefined;
    try {
      grantId = await make();
    } catch (fault) {
      await this.#recorder.serviceCall({ ...told, error: this.#errorOf(fault) });
      throw fault;
    }
    if (grantId !== undefined) {
      await this.#recorder.serviceCall({ ...told, responseElements: { grantId, keyId: keyArn } });
    }
    return grantId;
  }
}

function parametersOf({ region }: Caller, { keyArn, context }: GrantForTable): EventFields {
  const service = `dynamodb.${region}.amazonaws.com`;
  return {
    keyId: keyArn,
    retiringPrincipal: service,
    granteePrincipal: service,
    operations: tableGrantOperations,
    constraints: { encryptionContextSubset: Object.fromEntries(context) },
  };
}
