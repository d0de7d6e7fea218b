/** The replicas of a table as descriptions show them (aws-behaviour §1.2). */
import type { ReplicaMember } from '../../tables/replication/replication-state.ts';
import { tableArn } from '../../tables/table-name.ts';
import type { TableInfo } from '../../tables/table-record.ts';

/** The one there is here; tables of the older version know of no keys of customers. */
const globalTableVersion = '2019.11.21';

/** Every region of the table's group that has not left it, its own among them; none where there is no group. */
export function membersOf({ replication }: TableInfo): readonly ReplicaMember[] {
  return (replication?.members ?? []).filter(({ state }) => state !== 'LEFT');
}

/** What DescribeTable tells of it: of the others, as AWS does. Nothing of a table that is alone. */
export function replicaMembers(info: TableInfo): object {
  const [, , , region = '', account = ''] = info.arn.split(':');
  const others = membersOf(info).filter((member) => member.region !== region);
  if (others.length === 0) return {};
  const { name } = info.definition;
  return {
    GlobalTableVersion: globalTableVersion,
    Replicas: others.map((member) =>
      replicaDescription(member, tableArn({ account, region: member.region }, name)),
    ),
  };
}

function replicaDescription({ region, state, keyArn, sinceMs, reason }: ReplicaMember, arn: string): object {
  return {
    RegionName: region,
    ReplicaStatus: state,
    ReplicaArn: arn,
    ReplicaStatusDescription: reason,
    KMSMasterKeyId: keyArn,
    ReplicaInaccessibleDateTime: sinceMs === undefined ? undefined : sinceMs / 1000,
  };
}
