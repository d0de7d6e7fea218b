/** How a table is named: bare within an account and region, or by its ARN anywhere. */

/** Where names of tables are unique. */
export interface Namespace {
  readonly account: string;
  readonly region: string;
}

/** The one spelling there is: by another one a policy on the table would not know it. */
const arnForm = /^arn:aws:dynamodb:([^:]*):([^:]*):table\/([^/:]+)$/;

export function tableArn({ account, region }: Namespace, name: string): string {
  return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
}

export function indexArn(namespace: Namespace, table: string, index: string): string {
  return `${tableArn(namespace, table)}/index/${index}`;
}

/** The bare name of what a request names; undefined for an ARN of another account, region or partition, or of no table. */
export function bareTableName({ account, region }: Namespace, given: string): string | undefined {
  // No bare name has a colon.
  if (!given.startsWith('arn:')) return given;
  const [, arnRegion, arnAccount, name] = arnForm.exec(given) ?? [];
  return arnRegion === region && arnAccount === account ? name : undefined;
}
