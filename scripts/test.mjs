import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, testPackages } from './bootstrap.mjs';
import { ensureBuilt } from './build.mjs';
import { runWithThrowawayKeyring } from './keyring.mjs';
import { node, root } from './paths.mjs';

/** What of vitest's JSON report the closing line is made of. */
/** @typedef {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} Report */

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const report = join(root, 'node_modules/.cache/test-report.json');

ensureNpmPackages();
ensureSystemPackages(testPackages);
ensureBuilt();
rmSync(report, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const args = [vitest, 'run', ...reporters, ...process.argv.slice(2)];
process.exitCode = await runWithThrowawayKeyring(node, args);
console.log(closingLine());

/** A test file that could not be loaded, or failed beside its tests, counts as one failed test. */
function closingLine() {
  if (!existsSync(report)) return '0 passed, 1 failed';
  const { numPassedTests, numFailedTests, testResults } = /** @type {Report} */ (
    JSON.parse(readFileSync(report, 'utf8'))
  );
  const files = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  return `${numPassedTests} passed, ${numFailedTests + files.length} failed`;
}
