/** Patterns of policies: `*` stands for any characters, `?` for one. */

/** In time that grows with pattern times text, whatever the pattern. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let inText = 0;
  let lastStar = -1;
  let afterStar = 0;
  while (inText < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      lastStar = at++;
      afterStar = inText;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[inText])) {
      at++;
      inText++;
    } else if (lastStar >= 0) {
      // The last star takes one character more, and what follows it is tried again.
      at = lastStar + 1;
      inText = ++afterStar;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
