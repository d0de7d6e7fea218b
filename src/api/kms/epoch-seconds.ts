/** Times as the API gives them: seconds since 1970, with milliseconds behind the point. */

export function epochSeconds(ms: number): number {
  return ms / 1000;
}
