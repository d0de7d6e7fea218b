/** JSON of a policy, read so that no two readers can understand it differently. */

/** A condition lies in a statement in a list in the document, and its values in one more list. */
const policyDepthMax = 8;

/** Undefined for what is no JSON, is nested too deep, or names one member of an object twice. */
export function policyJson(text: string, depthMax = policyDepthMax): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const members = memberCount(text, depthMax);
  // A parser keeps the last of two members of one name, where another one may have kept the first.
  return members !== undefined && countMembers(parsed) === members ? parsed : undefined;
}

/** The colons outside of strings of a valid text, one a member; undefined where it is nested too deep. */
function memberCount(text: string, depthMax: number): number | undefined {
  let depth = 0;
  let members = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':') members++;
    if (depth > depthMax) return undefined;
  }
  return members;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const held = Object.values(value);
  let count = Array.isArray(value) ? 0 : held.length;
  for (const inner of held) count += countMembers(inner);
  return count;
}
