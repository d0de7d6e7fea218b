/** What there is to know of a stream without its table's key. */
import type { KeySchemaElement } from '../key-schema.ts';
import type { Namespace } from '../table-name.ts';
import { streamArn } from './stream-arn.ts';
import type { StreamState } from './stream-state.ts';

export interface StreamInfo extends StreamState {
  readonly arn: string;
  readonly table: string;
  readonly region: string;
  readonly keySchema: readonly KeySchemaElement[];
}

interface Streamed extends Namespace {
  readonly definition: { readonly name: string; readonly keySchema: readonly KeySchemaElement[] };
}

export function streamInfo(table: Streamed, stream: StreamState): StreamInfo {
  const { name, keySchema } = table.definition;
  const { region } = table;
  const arn = streamArn(table, { table: name, label: stream.label });
  return { ...stream, arn, table: name, region, keySchema };
}
