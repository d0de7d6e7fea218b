/** Members that AWS holds to other rules, or refuses in other words, than its published model says. */
import { Constraint, type Trail } from './constraint.ts';
import { iamModel } from './model/iam.generated.ts';
import type { Shape } from './model/service-model.ts';

/** What a member's value is held to; it reports to the trail. */
export interface Demand {
  check(value: unknown, trail: Trail): void;
}

/** Where a table's ARN may stand for its name, only an ARN may be longer than a name. */
const tableName: Shape = { type: 'string', min: 3, max: 255, pattern: '[a-zA-Z0-9_.-]+' };
const tableNameConstraint = Constraint.of(tableName);
const tableArnConstraint = Constraint.of({ type: 'string', min: 1, max: 1024 });

const nameOrArn: Demand = {
  check(value, trail) {
    if (value === '' || isArn(value)) tableArnConstraint?.check(value, trail);
    else tableNameConstraint?.check(value, trail);
  },
};

const batchKeyList: Shape = { type: 'list', min: 1, max: 100, member: '' };
const batchKeyListConstraint = Constraint.of(batchKeyList);

/** BatchGetItem names its keys by another path, and without their value. */
const batchKeys: Demand = {
  check(value, trail) {
    const path = `RequestItems.${trail.names[1]}.member.Keys`;
    for (const demand of batchKeyListConstraint?.failedDemands(value) ?? []) trail.report('', demand, path);
  },
};

/** Query names its limit by another path than Scan, and without its value. */
const queryLimitConstraint = Constraint.of({ type: 'integer', min: 1 });
const queryLimit: Demand = {
  check(value, trail) {
    for (const demand of queryLimitConstraint?.failedDemands(value) ?? []) trail.report('', demand, 'Limit');
  },
};

const createdTableName: Demand = { check: (value, trail) => tableNameConstraint?.check(value, trail) };

/** The live service takes no empty key id, though the model allows it. */
const givenKeyId = Constraint.of({ type: 'string', min: 1 });

/** What the documentation of streams says, and their model does not. */
const streamLimits: Readonly<Record<string, Constraint | undefined>> = {
  'DescribeStreamInput.Limit': Constraint.of({ type: 'integer', min: 1, max: 100 }),
  'GetRecordsInput.Limit': Constraint.of({ type: 'integer', min: 1, max: 1000 }),
  'ListStreamsInput.Limit': Constraint.of({ type: 'integer', min: 1, max: 100 }),
};

const ofNames = 'It must contain only alphanumeric characters and/or the following: +=,.@_-';
const ofPaths = 'contain only alphanumeric characters and/or / characters.';
/** What IAM says of a name or path with other characters than it may have, after it said which. By shape. */
const characterTexts = {
  userNameType: ofNames,
  existingUserNameType: ofNames,
  roleNameType: ofNames,
  policyNameType: ofNames,
  pathType: `It must begin and end with / and ${ofPaths}`,
  policyPathType: `It must begin and end with / and ${ofPaths}`,
  pathPrefixType: `It must begin with / and ${ofPaths}`,
} as const;

function characterDemand(shapeName: keyof typeof characterTexts): Demand {
  const shape = iamModel.shapes[shapeName];
  const { min, max } = shape?.type === 'string' ? shape : {};
  const bounds = Constraint.of({ type: 'string', ...(min && { min }), ...(max && { max }) });
  const whole = shape === undefined ? undefined : Constraint.of(shape);
  return {
    check(value, trail) {
      bounds?.check(value, trail);
      if (bounds?.holds(value) !== true || whole?.holds(value) !== false) return;
      const member = trail.names.at(-1);
      trail.reportSentence(`The specified value for ${member} is invalid. ${characterTexts[shapeName]}`);
    },
  };
}

/** Members that the operations on tags look for themselves, as AWS does: in words that no model has. */
const soughtMembers: ReadonlySet<string> = new Set([
  'ListTagsOfResourceInput.ResourceArn',
  'TagResourceInput.ResourceArn',
  'TagResourceInput.Tags',
  'UntagResourceInput.ResourceArn',
  'UntagResourceInput.TagKeys',
]);
const noDemand: Demand = { check: () => undefined };

/** True where a member may be absent for all that is known here, whatever its model says. */
export function isSought(member: string): boolean {
  return soughtMembers.has(member);
}

/** The demand on a member, where it is not its shape's. `member`: structure and member, with a dot between. */
export function ownDemand(member: string, shapeName: string): Demand | undefined {
  if (member === 'CreateTableInput.TableName') return createdTableName;
  if (member === 'KeysAndAttributes.Keys') return batchKeys;
  if (member === 'QueryInput.Limit') return queryLimit;
  if (shapeName === 'KMSMasterKeyId') return givenKeyId;
  if (soughtMembers.has(member)) return noDemand;
  if (isCharacterShape(shapeName)) return characterDemand(shapeName);
  if (member in streamLimits) return streamLimits[member];
  return shapeName === 'TableArn' && member.endsWith('.TableName') ? nameOrArn : undefined;
}

function isCharacterShape(shapeName: string): shapeName is keyof typeof characterTexts {
  return Object.hasOwn(characterTexts, shapeName);
}

/** The sentences on a key of a map of tables that is neither name nor ARN; empty where it is one. */
export function tableKeyDemands(key: string): readonly string[] {
  return isArn(key) || tableNameConstraint?.holds(key) === true
    ? []
    : (tableNameConstraint?.allDemands() ?? []);
}

const noTableName = "The parameter 'TableName' is required but was not present in the request";

/** The whole sentence for a member that must be there, where AWS does not say `Member must not be null`. */
export const missingTexts: Readonly<Record<string, string>> = {
  'CreateTableInput.TableName': noTableName,
  'DeleteTableInput.TableName': noTableName,
  'DescribeTableInput.TableName': noTableName,
  'DescribeTimeToLiveInput.TableName': noTableName,
  'UpdateTableInput.TableName': noTableName,
  'BatchGetItemInput.RequestItems': 'The requestItems parameter is required for BatchGetItem',
  'BatchWriteItemInput.RequestItems': 'The requestItems parameter is required for BatchWriteItem',
};

function isArn(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('arn:');
}
