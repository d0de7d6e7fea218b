/** Parameters that this server does not have: refused by name, as ignoring one would change the answer. */
import { Refusal } from '../../base/errors.ts';

export type MissingParameter =
  | 'AttributeDefinitions'
  | 'Disassociate'
  | 'DisassociationProtectionEnabled'
  | 'FilterSpecification'
  | 'GlobalSecondaryIndexes'
  | 'GlobalSecondaryIndexUpdates'
  | 'GlobalTableSettingsReplicationMode'
  | 'GlobalTableSourceArn'
  | 'GlobalTableWitnessUpdates'
  | 'IndexName'
  | 'LocalSecondaryIndexes'
  | 'MultiRegionConsistency'
  | 'OnDemandThroughput'
  | 'OnDemandThroughputOverride'
  | 'ProvisionedThroughputOverride'
  | 'S3SseAlgorithm'
  | 'S3SseKmsKeyId'
  | 'StreamSpecification'
  | 'TableClassOverride'
  | 'VectorIndexes'
  | 'VectorIndexOverride'
  | 'VectorIndexUpdates'
  | 'WarmThroughput';

/** Refuses the first of `names` that the input has, be it empty. */
export function refuseMissing(input: object, names: readonly MissingParameter[]): void {
  for (const name of names) if (name in input) refuseParameter(name);
}

export function refuseParameter(name: MissingParameter): never {
  throw new Refusal('Validation', { message: `This server does not have the parameter ${name}` });
}
