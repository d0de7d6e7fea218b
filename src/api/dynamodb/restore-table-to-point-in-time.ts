/** RestoreTableToPointInTime: a new table as another was at some moment, made while the answer says CREATING. */
import { refuse } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { type OverridesInput, restoreOverrides } from './restore-overrides.ts';
import { tableDescription } from './table-description.ts';

interface RestoreTableToPointInTimeInput extends OverridesInput {
  readonly SourceTableArn?: string;
  readonly SourceTableName?: string;
  readonly TargetTableName: string;
  readonly UseLatestRestorableTime?: boolean;
  readonly RestoreDateTime?: number;
}

export const restoreTableToPointInTime = operation({
  name: 'RestoreTableToPointInTime',
  run: async (context: DynamoContext, input: RestoreTableToPointInTimeInput) => {
    const request = {
      source: sourceOf(input),
      target: input.TargetTableName,
      at: momentOf(input),
      overrides: restoreOverrides(input),
    };
    return { TableDescription: tableDescription(await context.pointInTime.restore(context, request)) };
  },
});

/** The texts here are our own: AWS's are not known. */
const invalidParameter = 'One or more parameter values were invalid: ';

function sourceOf({ SourceTableArn, SourceTableName }: RestoreTableToPointInTimeInput): string {
  const given = SourceTableArn ?? SourceTableName;
  if (given === undefined) refuse(`${invalidParameter}SourceTableArn or SourceTableName must be specified`);
  if (SourceTableArn !== undefined && SourceTableName !== undefined) {
    refuse(`${invalidParameter}SourceTableArn and SourceTableName can not both be specified`);
  }
  return given;
}

/** Exactly one of the two says which moment. */
function momentOf(input: RestoreTableToPointInTimeInput): number | 'latest' {
  const { UseLatestRestorableTime: isLatest = false, RestoreDateTime: seconds } = input;
  if (isLatest && seconds !== undefined) {
    refuse(`${invalidParameter}RestoreDateTime can not be specified if UseLatestRestorableTime is true`);
  }
  if (isLatest) return 'latest';
  if (seconds === undefined) {
    refuse(`${invalidParameter}RestoreDateTime must be specified unless UseLatestRestorableTime is true`);
  }
  return seconds * 1000;
}
