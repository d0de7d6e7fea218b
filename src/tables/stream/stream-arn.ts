/** How a stream is named: the ARN of its table, and its label. */
import { type Namespace, tableArn } from '../table-name.ts';

export interface StreamName {
  readonly table: string;
  readonly label: string;
}

const arnForm = /^(arn:aws:dynamodb:([^:]*):([^:]*):table\/([^/:]+))\/stream\/([^/]+)$/;

export function streamArn(namespace: Namespace, { table, label }: StreamName): string {
  return `${tableArn(namespace, table)}/stream/${label}`;
}

/** Undefined for what is no stream's ARN, or one of another account or region. */
export function streamNameOf({ account, region }: Namespace, arn: string): StreamName | undefined {
  const [, , arnRegion, arnAccount, table, label] = arnForm.exec(arn) ?? [];
  if (arnRegion !== region || arnAccount !== account) return undefined;
  return table === undefined || label === undefined ? undefined : { table, label };
}

/** True where the text has the form, whosoever's stream it is. */
export function isStreamArn(arn: string): boolean {
  return arnForm.test(arn);
}
