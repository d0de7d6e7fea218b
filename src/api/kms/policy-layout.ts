/** A key policy as the API shows it: laid out anew, however it was given, as AWS does. */

const step = '  ';

/** The same document; what is no JSON is shown as it is. */
export function laidOut(policy: string): string {
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    return policy;
  }
  return textOf(document, '');
}

/** Members of objects stand on lines of their own, elements of arrays behind each other. */
function textOf(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? '[ ]' : `[ ${value.map((element) => textOf(element, indent)).join(', ')} ]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indent + step;
  const members = Object.entries(value).map(
    ([name, held]) => `${inner}${JSON.stringify(name)} : ${textOf(held, inner)}`,
  );
  return members.length === 0 ? '{ }' : `{\n${members.join(',\n')}\n${indent}}`;
}
