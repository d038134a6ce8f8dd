import { writeFileSync } from 'node:fs';

/**
 * Ends a run with `N passed, N failed, N skipped`, alone on its line. A test file that could not run or that left
 * something open counts as one failure; a todo counts as skipped. With `ROOST_TEST_TOTALS` the line is also written to
 * the file of that name.
 */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
    console.log(line);
    const file = process.env.ROOST_TEST_TOTALS;
    if (file) writeFileSync(file, `${line}\n`);
  }
}
