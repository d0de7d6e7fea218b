/** The items that lie in an object of a bucket, in DynamoDB's JSON or as CSV. */
import { Refusal } from '../base/errors.ts';
import type { Item } from '../tables/attribute.ts';
import type { AttributeDefinition } from '../tables/table-record.ts';
import type { BucketObject } from './bucket.ts';
import { csvCells } from './csv-row.ts';
import { linesOf, type ObjectLine } from './import-lines.ts';
import type { CsvOptions, ImportRecord } from './import-record.ts';

/** One cell of a row, with the name that its column has. */
export interface NamedCell {
  readonly name: string;
  readonly type: AttributeDefinition['AttributeType'];
  readonly text: string;
}

export interface ItemDecoder {
  /** Refuses a line that is none. */
  line(line: Uint8Array): Item;
  /** Refuses cells that do not make an item, as one whose text is no number where that is its type. */
  row(cells: readonly NamedCell[]): Item;
}

export interface ImportItemsOptions extends Pick<ImportRecord, 'compression' | 'csv'> {
  readonly decode: ItemDecoder;
  /** Of the attributes of keys: whatever else is in a row is text (AWS). */
  readonly attributeDefinitions: readonly AttributeDefinition[];
  /** Told how many bytes of the object were read. */
  readonly read: (bytes: number) => void;
}

/** What one line or row became. */
export interface ImportedItem {
  /** Undefined where it is no item. */
  readonly item: Item | undefined;
  readonly bytes: number;
}

/** What stands in place of a header, and cannot name columns. */
export class HeaderFault extends Error {}

/** Rejects where the object cannot be read or is not compressed so, and with a HeaderFault. */
export async function* itemsOf(
  object: BucketObject,
  options: ImportItemsOptions,
): AsyncGenerator<ImportedItem> {
  const { compression, csv, read } = options;
  const lines = linesOf(object, { compression, hasQuotes: csv !== undefined }, read);
  if (csv === undefined) {
    for await (const { bytes } of lines) yield imported(bytes, options.decode.line);
  } else yield* itemsOfRows(lines, csv, options);
}

/** In each object the first row is the header, unless that was given. */
async function* itemsOfRows(
  lines: AsyncGenerator<ObjectLine>,
  { delimiter = ',', header }: CsvOptions,
  { decode, attributeDefinitions }: ImportItemsOptions,
): AsyncGenerator<ImportedItem> {
  const types = new Map(
    attributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  let names = header;
  for await (const { bytes } of lines) {
    if (names === undefined) {
      names = headerOf(bytes, delimiter);
      continue;
    }
    const columns = names;
    yield imported(bytes, (row) => {
      const cells = csvCells(row, delimiter);
      if (cells?.length !== columns.length) throw new Refusal('Serialization', {});
      return decode.row(
        columns.map((name, index) => ({ name, type: types.get(name) ?? 'S', text: cells[index] ?? '' })),
      );
    });
  }
}

function headerOf(row: Uint8Array | undefined, delimiter: string): readonly string[] {
  const names = row && csvCells(row, delimiter);
  if (names === undefined || names.includes('') || new Set(names).size !== names.length) {
    throw new HeaderFault('the first row is no header');
  }
  return names;
}

function imported(bytes: Uint8Array | undefined, decode: (line: Uint8Array) => Item): ImportedItem {
  if (bytes === undefined) return { item: undefined, bytes: 0 };
  try {
    return { item: decode(bytes), bytes: bytes.length };
  } catch (fault) {
    if (fault instanceof Refusal) return { item: undefined, bytes: bytes.length };
    throw fault;
  }
}
