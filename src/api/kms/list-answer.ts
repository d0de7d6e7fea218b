/** The frame that every list of the API has around its entries. */
import type { ListPage } from '../../kms/embedded/list-page.ts';

export interface ListInput {
  readonly Limit?: number;
  readonly Marker?: string;
}

export function listAnswer<Item>(
  page: ListPage<Item>,
  member: string,
  entry: (item: Item) => object,
): object {
  return {
    [member]: page.items.map(entry),
    NextMarker: page.nextMarker,
    Truncated: page.nextMarker !== undefined,
  };
}
