/** Which KMS key a table is under, as a request chooses it (aws-behaviour: owned is the default). */
export type EncryptionChoice =
  | { readonly kind: 'owned' }
  | { readonly kind: 'managed' }
  | { readonly kind: 'customer'; readonly keyId: string };
