import { beforeAll, expect, test } from '@jest/globals';
import { runTool } from '../support/run-tool.js';

/** A run of the files in test/fixtures/leaks, under the environment that every test file has. */
let run: { status: number | null; output: string; errors: string };

beforeAll(async () => {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  run = await runTool([...jest, '--config', 'test/fixtures/leaks/jest.config.mjs', '--maxWorkers', '2'], {
    env: { FORCE_COLOR: '0', ROOST_TEST_TOTALS: '' },
  });
}, 60_000);

test('a file that leaves a server open fails, though its tests pass', () => {
  expect(run.status).toBe(1);
  expect(run.errors).toMatch(/^FAIL .*server\.leaks\.ts/m);
  expect(run.errors).toMatch(/- TCP server on port \d+ at .*server\.leaks\.ts:7:/);
});

test('a file that leaves a socket open fails', () => {
  expect(run.errors).toMatch(/^FAIL .*socket\.leaks\.ts/m);
  expect(run.errors).toMatch(/- TCP socket on port \d+ at .*socket\.leaks\.ts:8:/);
});

test('a file that leaves a timer running fails, an unreferenced one too', () => {
  expect(run.errors).toMatch(/^FAIL .*timer\.leaks\.ts/m);
  expect(run.errors).toMatch(/- timer of 60000 ms at .*timer\.leaks\.ts:4:/);
});

test('a file whose handles are closing when it ends passes', () => {
  expect(run.errors).toMatch(/^PASS .*clean\.leaks\.ts/m);
});

test('the last line counts what was left open as failures', () => {
  expect(run.output).toMatch(/^5 passed, 3 failed, 0 skipped$/m);
});
