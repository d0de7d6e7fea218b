/** Archives a table whose key stayed away: its pages go, sealed as they are, into a backup, and then from the store. */
import type { TableRecord } from '../tables/catalog-record.ts';
import type { TableLifecycle } from './table-lifecycle.ts';

export interface ArchiveBackups {
  /** Needs no key. Resolves once the backup is complete, was read back, is durable and can be restored from. */
  make(request: {
    readonly tableId: string;
    readonly name: string;
    readonly type: 'USER';
  }): Promise<{ readonly arn: string }>;
  /** A complete one that was made earlier. */
  findOf(tableId: string, name: string): { readonly arn: string } | undefined;
  /** What is being made ends, and is gone. */
  stop(): Promise<void>;
}

export interface ArchiveOptions {
  readonly backups: Pick<ArchiveBackups, 'make' | 'findOf'>;
  readonly lifecycle: Pick<TableLifecycle, 'archived'>;
}

const nameLengthMax = 255;
const nameEnd = '-archived';

/** Our own: what AWS calls it is not known. A table is archived once, so that its id and this name tell the backup. */
export function archiveName(table: string): string {
  return table.slice(0, nameLengthMax - nameEnd.length) + nameEnd;
}

export class Archive {
  readonly #options: ArchiveOptions;

  constructor(options: ArchiveOptions) {
    this.#options = options;
  }

  /**
   * Goes on where a crash has stopped it: nothing of the table is given up before its backup is there. Rejects as the making
   * of the backup does, and the table stays as it is then.
   */
  async archive({ id, definition }: TableRecord): Promise<void> {
    const { backups, lifecycle } = this.#options;
    const name = archiveName(definition.name);
    const { arn } = backups.findOf(id, name) ?? (await backups.make({ tableId: id, name, type: 'USER' }));
    await lifecycle.archived(id, arn);
  }
}
