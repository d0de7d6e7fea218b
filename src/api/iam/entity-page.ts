/** One page of a list of identities: in the order of names, those under a path, and the marker that leads on. */
import { Refusal } from '../../base/errors.ts';

export interface PageInput {
  readonly Marker?: string;
  readonly MaxItems?: number;
  readonly PathPrefix?: string;
}

export interface EntityPage<Item> {
  readonly items: readonly Item[];
  readonly frame: { readonly IsTruncated: boolean; readonly Marker?: string };
}

const itemsDefault = 100;

/** `nameOf`: unique. Refuses Validation for a marker that was not given out. */
export function entityPage<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { Marker, MaxItems = itemsDefault }: PageInput,
): EntityPage<Item> {
  const after = Marker === undefined ? undefined : nameIn(Marker);
  const rest = items
    .map((item) => ({ item, name: nameOf(item) }))
    .filter(({ name }) => after === undefined || name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const taken = rest.slice(0, MaxItems);
  const last = taken.at(-1);
  const page = taken.map(({ item }) => item);
  if (last === undefined || taken.length === rest.length)
    return { items: page, frame: { IsTruncated: false } };
  return { items: page, frame: { IsTruncated: true, Marker: markerOf(last.name) } };
}

export function isUnder({ path }: { readonly path: string }, { PathPrefix = '/' }: PageInput): boolean {
  return path.startsWith(PathPrefix);
}

function markerOf(name: string): string {
  return Buffer.from(name).toString('base64');
}

function nameIn(marker: string): string {
  const name = Buffer.from(marker, 'base64').toString();
  if (markerOf(name) === marker && name !== '') return name;
  throw new Refusal('Validation', { message: 'Invalid Marker' });
}
