/** Closes a test run with one line that counts it: `N passed, N failed`, and `, N skipped` if any were. */
import type { Reporter, TestModule } from 'vitest/node';

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** A file that did not load, and an error that no test owns, count as one failure each: green must mean all ran. */
export function countTests(modules: readonly TestModule[], strayErrorCount: number): Count {
  const count: Count = { passed: 0, failed: strayErrorCount, skipped: 0 };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') count.passed++;
      else if (state === 'skipped') count.skipped++;
      else failedHere++;
    }
    // Neither does a hook that failed leave a failed test behind.
    if (failedHere === 0 && !module.ok()) failedHere = 1;
    count.failed += failedHere;
  }
  return count;
}

export function countLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly unknown[]): void {
    const count = countTests(modules, strayErrors.length);
    if (count.passed + count.failed + count.skipped === 0) count.failed = 1;
    if (count.failed > 0) process.exitCode = 1;
    // Other reporters print their summaries after this call; the count comes last.
    process.once('exit', () => process.stdout.write(`${countLine(count)}\n`));
  }
}

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default CountReporter;
