/** What is written on a table without a meaning to its data: tags and policies. Needs no key. */
import type { Clock } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import type { TableIdentity } from '../keys/table-identity.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Catalog } from './catalog.ts';
import { isWithdrawn, type TableRecord } from './catalog-record.ts';
import { type JudgedTable, judgedTable } from './judged-table.ts';
import { nextRevisionId, type ResourcePolicy, withPolicy } from './resource-policy.ts';
import { streamNameOf } from './stream/stream-arn.ts';
import { bareTableName, type Namespace, tableArn } from './table-name.ts';
import type { Tag } from './table-record.ts';

/** A table, or one of its streams. */
export interface PolicyHolder {
  readonly arn: string;
  readonly tableArn: string;
}

/** A table as it is found. */
export interface TableName extends Namespace {
  readonly name: string;
}

/** The text that is to be there, if any. */
export type PolicyChange = (before: ResourcePolicy | undefined) => string | undefined;

export class TableAnnotations {
  readonly #catalog: Catalog;
  readonly #clock: Clock;

  constructor({ catalog, clock }: { readonly catalog: Catalog; readonly clock: Clock }) {
    this.#catalog = catalog;
    this.#clock = clock;
  }

  /** Refuses ResourceNotFound. */
  async tags(caller: Caller, tableArn: string): Promise<readonly Tag[]> {
    return this.#require(caller, { arn: tableArn, tableArn }).definition.tags;
  }

  /** Refuses ResourceNotFound, and as `change` does. */
  async changeTags(
    caller: Caller,
    tableArn: string,
    change: (tags: readonly Tag[]) => readonly Tag[],
  ): Promise<void> {
    await this.#catalog.update(this.#require(caller, { arn: tableArn, tableArn }), (record) => {
      const { definition } = record;
      return { ...record, definition: { ...definition, tags: change(definition.tags) } };
    });
  }

  /** The policies of a table about to be made: one, on the table itself. */
  first(table: TableIdentity, text: string): readonly ResourcePolicy[] {
    const revisionId = nextRevisionId(undefined, this.#clock.nowMs());
    return [{ resource: tableArn(table, table.name), text, revisionId }];
  }

  /** Undefined where there is none. Refuses ResourceNotFound. */
  async policy(caller: Caller, holder: PolicyHolder): Promise<ResourcePolicy | undefined> {
    return policyOf(this.#require(caller, holder), holder);
  }

  /** What is there afterwards. Refuses ResourceNotFound, and as `change` does. */
  async changePolicy(
    caller: Caller,
    holder: PolicyHolder,
    change: PolicyChange,
  ): Promise<ResourcePolicy | undefined> {
    let after: ResourcePolicy | undefined;
    await this.#catalog.update(this.#require(caller, holder), (record) => {
      const before = policyOf(record, holder);
      const text = change(before);
      after = before;
      if (text === before?.text) return record;
      const revisionId = nextRevisionId(before, this.#clock.nowMs());
      after = text === undefined ? undefined : { resource: holder.arn, text, revisionId };
      return { ...record, policies: withPolicy(record.policies ?? [], holder.arn, after) };
    });
    return after;
  }

  /** Undefined where there is no such table. Asks nobody whether they may know of it. */
  judged({ account, region, name }: TableName): JudgedTable | undefined {
    const record = this.#catalog.find(account, region, name)?.record;
    return record === undefined || isWithdrawn(record) ? undefined : judgedTable(record);
  }

  #require(caller: Caller, { arn, tableArn }: PolicyHolder): TableRecord {
    const name = bareTableName(caller, tableArn) ?? '';
    const record = this.#catalog.find(caller.account, caller.region, name)?.record;
    const stream = streamNameOf(caller, arn);
    const isThere =
      stream === undefined || record?.streams?.some(({ label }) => label === stream.label) === true;
    if (record !== undefined && isThere && !isWithdrawn(record)) return record;
    // The misspelling is AWS's.
    const message = `Requested resource not found: ResourcArn: ${arn} not found`;
    throw new Refusal('ResourceNotFound', { message });
  }
}

function policyOf({ policies = [] }: TableRecord, { arn }: PolicyHolder): ResourcePolicy | undefined {
  return policies.find(({ resource }) => resource === arn);
}
