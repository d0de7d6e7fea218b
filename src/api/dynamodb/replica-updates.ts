/** ReplicaUpdates of UpdateTable: the one region that is to have a replica, or to have none (aws-behaviour §1.7). */
import { refuse } from '../../base/errors.ts';
import type { ReplicaUpdate } from '../../lifecycle/replica-peer.ts';
import { quotedText } from '../constraint.ts';
import { type MissingParameter, refuseMissing, refuseParameter } from './missing-parameter.ts';

interface ReplicaAction {
  readonly RegionName: string;
  readonly KMSMasterKeyId?: string;
}

export interface ReplicationGroupUpdate {
  readonly Create?: ReplicaAction;
  readonly Update?: ReplicaAction;
  readonly Delete?: Pick<ReplicaAction, 'RegionName'>;
  readonly Disassociate?: object;
}

const invalidParameter = 'One or more parameter values were invalid: ';
/** As KMS has it. */
const keyIdCharactersMax = 2048;
const actions = ['Create', 'Update', 'Delete', 'Disassociate'] as const;

/** A replica has all of its table's settings: none of its own. */
const overrides: readonly MissingParameter[] = [
  'ProvisionedThroughputOverride',
  'OnDemandThroughputOverride',
  'GlobalSecondaryIndexes',
  'TableClassOverride',
];

/**
 * Refuses more than one update, and an update of no or several actions, in our own words; and every action Update: of a
 * replica nothing can be changed from elsewhere but what it does not have here.
 */
export function replicaUpdate(updates: readonly ReplicationGroupUpdate[]): ReplicaUpdate {
  const [update = {}, ...more] = updates;
  if (more.length > 0) refuse(`${invalidParameter}ReplicaUpdates: one replica can be changed in one request`);
  const given = actions.filter((action) => update[action] !== undefined);
  if (given.length !== 1) {
    refuse(`${invalidParameter}ReplicaUpdates: exactly one of Create, Update and Delete must be specified`);
  }
  if (update.Disassociate !== undefined) refuseParameter('Disassociate');
  if (update.Delete !== undefined) return { remove: { region: update.Delete.RegionName } };
  refuseMissing(update.Create ?? update.Update ?? {}, overrides);
  // The words of AWS, whether a key is named or not: it is changed where the replica is.
  if (update.Create === undefined) {
    refuse(`${invalidParameter}KMSMasterKeyId must be specified for each replica.`);
  }
  const { RegionName: region, KMSMasterKeyId: keyId } = update.Create;
  if (keyId !== undefined) checkKeyId(keyId);
  return { create: { region, ...(keyId !== undefined && { keyId }) } };
}

/** What no key service could know is not kept until another process has been asked. */
function checkKeyId(keyId: string): void {
  const demand =
    keyId.length === 0
      ? 'greater than or equal to 1'
      : keyId.length > keyIdCharactersMax && `less than or equal to ${keyIdCharactersMax}`;
  if (demand === false) return;
  refuse(
    `1 validation error detected: Value '${quotedText(keyId)}' at ` +
      "'replicaUpdates.1.member.create.kMSMasterKeyId' failed to satisfy constraint: " +
      `Member must have length ${demand}`,
  );
}
