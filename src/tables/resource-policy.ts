/** The policy documents that a table keeps for itself and its streams. */

export interface ResourcePolicy {
  /** The ARN of the table or stream that it is attached to. */
  readonly resource: string;
  readonly text: string;
  /** New with every change. */
  readonly revisionId: string;
}

/** A revision that no change before had. */
export function nextRevisionId(before: ResourcePolicy | undefined, nowMs: number): string {
  return String(Math.max(nowMs, Number(before?.revisionId ?? 0) + 1));
}

/** The list with one policy put in place, or taken away. */
export function withPolicy(
  policies: readonly ResourcePolicy[],
  resource: string,
  policy: ResourcePolicy | undefined,
): readonly ResourcePolicy[] {
  const others = policies.filter((each) => each.resource !== resource);
  return policy === undefined ? others : [...others, policy];
}
