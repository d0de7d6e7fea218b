/** Parameters that this server does not have: refused by name, as ignoring one would change the answer. */
import { Refusal } from '../../base/errors.ts';

/** What does the same here; an empty text where nothing does. */
const insteadOf = {
  AttributesToGet: 'ProjectionExpression',
  AttributeUpdates: 'UpdateExpression',
  Expected: 'ConditionExpression',
  ConditionalOperator: 'the operators AND and OR of an expression',
  KeyConditions: 'KeyConditionExpression',
  QueryFilter: 'FilterExpression',
  ScanFilter: 'FilterExpression',
  AttributeDefinitions: '',
  DisassociationProtectionEnabled: '',
  GlobalSecondaryIndexes: '',
  GlobalSecondaryIndexUpdates: '',
  GlobalTableSettingsReplicationMode: '',
  GlobalTableSourceArn: '',
  GlobalTableWitnessUpdates: '',
  IndexName: '',
  LocalSecondaryIndexes: '',
  MultiRegionConsistency: '',
  OnDemandThroughput: '',
  ReplicaUpdates: '',
  ResourcePolicy: '',
  StreamSpecification: '',
  VectorIndexes: '',
  VectorIndexUpdates: '',
  WarmThroughput: '',
} as const;

export type MissingParameter = keyof typeof insteadOf;

/** Refuses the first of `names` that the input has, be it empty. */
export function refuseMissing(input: object, names: readonly MissingParameter[]): void {
  for (const name of names) if (name in input) refuseParameter(name);
}

export function refuseParameter(name: MissingParameter): never {
  const instead = insteadOf[name] === '' ? '' : `; use ${insteadOf[name]} instead`;
  throw new Refusal('Validation', { message: `This server does not have the parameter ${name}${instead}` });
}
