/** The ARN by which an operation names a managed policy. */
import { Refusal } from '../../base/errors.ts';

/** Refuses EntityInput for what is no ARN of a policy; whether there is such a policy is not asked. */
export function requirePolicyArn(arn: string): void {
  if (/^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/.+$/.test(arn)) return;
  throw new Refusal('EntityInput', { message: `ARN ${arn} is not valid.` });
}
