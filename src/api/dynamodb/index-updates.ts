/** GlobalSecondaryIndexUpdates: which indexes a request makes, removes, or gives another throughput. */
import { refuse } from '../../base/errors.ts';
import { oneAtATime } from '../../tables/index-building.ts';
import type { IndexThroughput } from '../../tables/index-definition.ts';
import type { OnDemandThroughput, Throughput, WarmThroughput } from '../../tables/throughput.ts';
import { checkBounds } from './billing.ts';
import type { IndexInput } from './index-definition.ts';

interface UpdateAction {
  readonly IndexName: string;
  readonly ProvisionedThroughput?: Throughput;
  readonly OnDemandThroughput?: OnDemandThroughput;
  readonly WarmThroughput?: WarmThroughput;
}

export interface IndexUpdateInput {
  readonly Create?: IndexInput;
  readonly Update?: UpdateAction;
  readonly Delete?: { readonly IndexName: string };
}

export interface IndexUpdates {
  /** One of these two at most. */
  readonly made?: IndexInput;
  readonly removed?: string;
  readonly throughput: ReadonlyMap<string, IndexThroughput>;
}

const invalidParameter = 'One or more parameter values were invalid: ';
const actions =
  'GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete';

/** Refuses an update that is none or several, two of one index, and more than one that makes or removes an index. */
export function indexUpdates(inputs: readonly IndexUpdateInput[]): IndexUpdates {
  const names = new Set<string>();
  const throughput = new Map<string, IndexThroughput>();
  let made: IndexInput | undefined;
  let removed: string | undefined;
  for (const { Create, Update, Delete } of inputs) {
    const given = [Create, Update, Delete].filter((action) => action !== undefined);
    const [action] = given;
    if (action === undefined) refuse(`${invalidParameter}One of ${actions} must not be null`);
    if (given.length > 1) refuse(`${invalidParameter}Only one of ${actions} may be specified`);
    const { IndexName } = action;
    checkBounds((Create ?? Update)?.ProvisionedThroughput, IndexName);
    if (names.has(IndexName)) {
      refuse(
        `${invalidParameter}Only one global secondary index update per index is allowed simultaneously. ` +
          `Index: ${IndexName}`,
      );
    }
    names.add(IndexName);
    if (Update === undefined && (made !== undefined || removed !== undefined)) throw oneAtATime();
    if (Create !== undefined) made = Create;
    if (Delete !== undefined) removed = Delete.IndexName;
    if (Update !== undefined) throughput.set(IndexName, throughputOf(Update));
  }
  return {
    ...(made !== undefined && { made }),
    ...(removed !== undefined && { removed }),
    throughput,
  };
}

function throughputOf({ ProvisionedThroughput, OnDemandThroughput, WarmThroughput }: UpdateAction) {
  return {
    ...(ProvisionedThroughput && { throughput: ProvisionedThroughput }),
    ...(OnDemandThroughput && { onDemandThroughput: OnDemandThroughput }),
    ...(WarmThroughput && { warmThroughput: WarmThroughput }),
  };
}
