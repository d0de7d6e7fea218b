/** Wrapped keys as JSON: what is sealed in them goes into texts. */
import type { WrappedTableKeys } from '../keys/table-keys.ts';

export interface StoredKeys {
  readonly keyArn: string;
  readonly grantId?: string;
  readonly tableKey: string;
  readonly dataKeys: readonly { readonly tree: number; readonly id: number; readonly sealed: string }[];
}

export function storedKeys({ keyArn, grantId, tableKey, dataKeys }: WrappedTableKeys): StoredKeys {
  return {
    keyArn,
    ...(grantId === undefined ? {} : { grantId }),
    tableKey: base64(tableKey),
    dataKeys: dataKeys.map(({ tree, id, sealed }) => ({ tree, id, sealed: base64(sealed) })),
  };
}

export function wrappedKeys({ keyArn, grantId, tableKey, dataKeys }: StoredKeys): WrappedTableKeys {
  return {
    keyArn,
    ...(grantId === undefined ? {} : { grantId }),
    tableKey: bytesOf(tableKey),
    dataKeys: dataKeys.map(({ tree, id, sealed }) => ({ tree, id, sealed: bytesOf(sealed) })),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
