/** Requests to a key under generated policies, for two evaluators that must say the same. */
import fc from 'fast-check';
import { KeyAccess } from '../../src/kms/embedded/access.ts';
import type { GrantOperation, GrantRecord } from '../../src/kms/embedded/grant.ts';
import type { KeyRecord } from '../../src/kms/embedded/key.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import { boundCaller } from './bound-caller.ts';
import { account, region } from './embedded-kms.ts';
import type { NaiveGrant, NaiveRequest } from './naive-policy.ts';
import { VirtualClock } from './virtual-clock.ts';

const other = '444455556666';
const service = 'dynamodb.amazonaws.com';
const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const keyArn = `arn:aws:kms:${region}:${account}:key/${keyId}`;
const root = (of: string) => `arn:aws:iam::${of}:root`;
const ada = `arn:aws:iam::${account}:user/ada`;
const session = `arn:aws:sts::${account}:assumed-role/reader/monday`;
const eve = `arn:aws:iam::${other}:user/eve`;
const people = [ada, session, eve, root(account), root(other)];

export interface PolicyCase {
  readonly who: string;
  readonly isVia: boolean;
  readonly action: string;
  readonly context: Readonly<Record<string, string>>;
  readonly keyPolicy: string;
  /** Undefined: nobody's policies bind the caller. */
  readonly identity: readonly string[] | undefined;
  readonly boundary: string | undefined;
  readonly session: readonly string[] | undefined;
  readonly grants: readonly NaiveGrant[];
  readonly team: string | undefined;
}

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const oneOrMore = <T>(arb: fc.Arbitrary<T>) =>
  fc.oneof(arb, fc.array(arb, { minLength: 1, maxLength: 3 }) as fc.Arbitrary<unknown>);
const variable = (name: string) => `$${`{${name}}`}`;
const actionNames = ['Decrypt', 'Encrypt', 'GenerateDataKey', 'CreateGrant', 'DescribeKey', 'DisableKey'];
const actionPattern = some(
  ...actionNames.map((name) => `kms:${name}`),
  ...['kms:*', '*', 'KMS:decrypt', 'kms:*Key', 'kms:De*', 'kms:?ecrypt', 's3:*'],
);
const resourcePattern = some(
  ...['*', keyArn, `arn:aws:kms:*:${account}:key/*`, `arn:aws:kms:${region}:${other}:key/*`, 'arn:aws:kms'],
  ...[`${keyArn.slice(0, -1)}?`, `arn:aws:kms:${region}:${account}:alias/*`, 'arn:*:*:*:*:*'],
  ...[`arn:aws:kms:${region}:${account}:key/${variable('aws:PrincipalTag/team')}*`, 'arn:aws:kms:*'],
);
const principalName = some(...people, account, other, '*', `arn:aws:iam::${account}:role/deep/reader`);
const principal = fc.oneof(
  fc.constant('*'),
  fc.record({ AWS: oneOrMore(principalName) }),
  fc.constant({ Service: service }),
  fc.record({ AWS: oneOrMore(principalName), Service: fc.constant(service) }),
);
const textOperators = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
  ...['StringLike', 'StringNotLike', 'StringEqualsIfExists', 'StringNotLikeIfExists'],
  ...['ForAnyValue:StringEquals', 'ForAnyValue:StringNotLike', 'ArnLike', 'ArnNotEquals'],
];
const textKeys = [
  ...[
    'kms:CallerAccount',
    'kms:ViaService',
    'aws:PrincipalArn',
    'aws:PrincipalTag/team',
    'KMS:calleraccount',
  ],
  ...['kms:EncryptionContext:table', 'kms:EncryptionContext:TABLE', 'aws:ResourceTag/team', 'aws:SourceArn'],
];
const textValue = some(
  ...[account, other, `dynamodb.${region}.amazonaws.com`, 'dynamodb.*.amazonaws.com', ada, 'Books', 'books'],
  ...['B*', '?ooks', '*', '', variable('aws:PrincipalTag/team'), variable('aws:username'), variable('*')],
  ...['arn:aws:iam::*:user/*', 'red'],
);
const condition = fc.oneof(
  fc.tuple(some(...textOperators), some(...textKeys), oneOrMore(textValue)),
  fc.tuple(
    some(
      'ForAllValues:StringEquals',
      'ForAnyValue:StringLike',
      'ForAllValues:StringNotEquals',
      'StringEquals',
    ),
    some('kms:EncryptionContextKeys', 'kms:ResourceAliases'),
    oneOrMore(some('table', 'TABLE', 'subscriber', 'alias/books', 'alias/*')),
  ),
  fc.tuple(
    some('Bool', 'BoolIfExists'),
    some('aws:ViaAWSService', 'aws:SecureTransport'),
    some<unknown>('true', false),
  ),
  fc.tuple(fc.constant('Null'), some(...textKeys), some('true', 'false')),
  fc.tuple(
    some('NumericLessThan', 'NumericNotEquals', 'NumericGreaterThanEquals'),
    some('aws:EpochTime', 'aws:MultiFactorAuthAge'),
    some('0', '1e3', '1700000000', '9999999999').filter((text) => !text.includes('e')),
  ),
  fc.tuple(
    some('DateGreaterThan', 'DateLessThan'),
    fc.constant('aws:CurrentTime'),
    some('2020-01-01T00:00:00Z', '2999-01-01'),
  ),
);
const conditions = fc.array(condition, { maxLength: 2 }).map((all) =>
  all.reduce<Record<string, Record<string, unknown>>>((made, [operator, key, value]) => {
    made[operator] = { ...made[operator], [key]: value };
    return made;
  }, {}),
);

function statement(kind: 'identity' | 'key'): fc.Arbitrary<object> {
  const shared = {
    Effect: some('Allow', 'Allow', 'Allow', 'Deny'),
    actions: oneOrMore(actionPattern),
    isNotAction: fc.integer({ min: 0, max: 9 }),
    resources: oneOrMore(resourcePattern),
    resourceKind: fc.integer({ min: 0, max: 9 }),
    who: principal,
    isNotPrincipal: fc.integer({ min: 0, max: 9 }),
    Condition: conditions,
  };
  return fc.record(shared).map(({ Effect, actions, resources, who, Condition, ...dice }) => ({
    Effect,
    [dice.isNotAction === 0 ? 'NotAction' : 'Action']: actions,
    ...(dice.resourceKind === 1 && kind === 'key'
      ? {}
      : { [dice.resourceKind === 0 ? 'NotResource' : 'Resource']: dice.resourceKind < 6 ? '*' : resources }),
    ...(kind === 'key' && { [dice.isNotPrincipal === 0 ? 'NotPrincipal' : 'Principal']: who }),
    ...(Object.keys(Condition).length > 0 && { Condition }),
  }));
}

export function policyText(kind: 'identity' | 'key'): fc.Arbitrary<string> {
  const Statement = fc.array(statement(kind), { minLength: 1, maxLength: 3 });
  return fc
    .record({ Version: some('2012-10-17', '2012-10-17', '2008-10-17', undefined), Statement })
    .map((document) => JSON.stringify(document));
}

const pairs = some<Readonly<Record<string, string>>>(
  ...[
    {},
    { table: 'Books' },
    { table: 'Books', subscriber: account },
    { TABLE: 'Books' },
    { table: 'Films' },
  ],
  ...[{ table: 'Books', TABLE: 'Films' }],
);
const grant: fc.Arbitrary<NaiveGrant> = fc
  .record({
    grantee: some(...people, `arn:aws:iam::${account}:role/deep/reader`, service),
    operations: fc.uniqueArray(some('Decrypt', 'Encrypt', 'GenerateDataKey', 'DescribeKey'), {
      minLength: 1,
    }),
    constraint: some<'equals' | 'subset' | undefined>('equals', 'subset', undefined),
    pairs,
  })
  .map(({ grantee, operations, constraint, pairs: of }) => ({
    grantee,
    operations,
    ...(constraint !== undefined && { [constraint]: of }),
  }));

const seldom = <T>(arb: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, { arbitrary: arb, weight: 1 });

export const policyCase: fc.Arbitrary<PolicyCase> = fc.record({
  who: some(...people, service),
  isVia: fc.boolean(),
  action: some(...actionNames, 'Decrypt', 'Decrypt'),
  context: pairs,
  keyPolicy: policyText('key'),
  identity: fc.option(fc.array(policyText('identity'), { maxLength: 2 }), { nil: undefined, freq: 5 }),
  boundary: seldom(policyText('identity')),
  session: seldom(fc.array(policyText('identity'), { minLength: 1, maxLength: 2 })),
  grants: fc.array(grant, { maxLength: 2 }),
  team: fc.option(some('red', '1234abcd', '*'), { nil: undefined }),
});

const clock = new VirtualClock();
const aliases = [{ name: 'alias/books', account, region, targetKeyId: keyId, createdMs: 0, updatedMs: 0 }];

/** What the product says: `explicit`, the kind of policy that lacks an Allow, or undefined where it is allowed. */
export function denialOf(given: PolicyCase): string | undefined {
  const access = new KeyAccess({
    ring: { grantsOf: () => given.grants.map(recordOf), aliasesOf: () => aliases },
    clock,
  });
  const key: KeyRecord = {
    ...{ keyId, arn: keyArn, account, region, owner: 'CUSTOMER', state: 'Enabled', origin: 'AWS_KMS' },
    ...{ description: '', createdMs: 0, tags: [{ key: 'team', value: 'red' }], materials: [] },
    policy: given.keyPolicy,
  };
  const context = new Map(Object.entries(given.context));
  const decision = access.decide(callerOf(given), key, given.action, { context });
  if (decision.allowed) return undefined;
  return decision.explicit ? 'explicit' : decision.source;
}

function callerOf(given: PolicyCase): Caller {
  const { who, identity, boundary, session: sessionPolicies, isVia, team } = given;
  if (who === service) return { arn: service, account, region, service };
  const through = isVia ? { service } : {};
  const bare = { arn: who, account: who.split(':')[4] ?? '', region };
  if (identity === undefined) return { ...bare, ...through };
  const limits = {
    ...(boundary !== undefined && { boundary }),
    ...(sessionPolicies !== undefined && { session: sessionPolicies }),
    tags: new Map(team === undefined ? [] : [['team', team]]),
  };
  return { ...boundCaller(who, identity, limits), ...through };
}

function recordOf({ grantee, operations, equals, subset }: NaiveGrant): GrantRecord {
  return {
    name: '',
    grantee: { kind: grantee === service ? 'service' : 'arn', name: grantee },
    operations: operations.filter((name): name is GrantOperation => name !== ''),
    constraints: {
      ...(equals !== undefined && { equals: Object.entries(equals) }),
      ...(subset !== undefined && { subset: Object.entries(subset) }),
    },
    grantId: 'f'.repeat(64),
    keyArn,
    issuingAccount: account,
    createdMs: 0,
  };
}

/** Actions that AWS gives to other accounts: the naive evaluator knows nothing of them. */
export function isAcrossInVain({ who, action }: PolicyCase): boolean {
  return action === 'DisableKey' && who.includes(other);
}

export function naiveRequest(given: PolicyCase): NaiveRequest {
  const { who, isVia, context, identity, team } = given;
  const isService = who === service;
  const own = isService ? account : (who.split(':')[4] ?? '');
  const facts: Record<string, string[]> = {
    'kms:CallerAccount': [own],
    'kms:EncryptionContextKeys': Object.keys(context),
    'kms:ResourceAliases': ['alias/books'],
    'aws:ResourceTag/team': ['red'],
    'aws:ViaAWSService': [String(isVia && !isService)],
    'aws:EpochTime': [String(Math.floor(clock.nowMs() / 1000))],
    'aws:CurrentTime': [new Date(clock.nowMs()).toISOString()],
  };
  for (const [name, value] of Object.entries(context)) {
    facts[`kms:EncryptionContext:${name}`] = [value];
  }
  if (isVia && !isService) facts['kms:ViaService'] = [`dynamodb.${region}.amazonaws.com`];
  if (!isService) facts['aws:PrincipalArn'] = [who];
  if (!isService && identity !== undefined) {
    facts['aws:username'] = [who.slice(who.lastIndexOf('/') + 1)];
    if (team !== undefined) facts['aws:PrincipalTag/team'] = [team];
  }
  return {
    principal: { arn: who, account: own, isService },
    action: `kms:${given.action}`,
    resource: keyArn,
    resourceAccount: account,
    context,
    facts,
    keyPolicy: given.keyPolicy,
    identity: isService ? undefined : identity,
    boundary: given.boundary,
    session: given.session,
    grants: given.grants,
  };
}
