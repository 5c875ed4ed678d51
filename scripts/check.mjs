import { spawn } from 'node:child_process';
import { ensureNpmPackages } from './bootstrap.mjs';
import { root, toolsEnv } from './paths.mjs';

/** `npm run check`: the five checks side by side; each prints only when it fails. */
const checks = ['format:check', 'lint', 'types', 'unused', 'workflows'];

ensureNpmPackages();
const results = await Promise.all(checks.map(runScript));
for (const { name, code, output } of results) {
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (code !== 0) console.log(output);
}
process.exitCode = results.some(({ code }) => code !== 0) ? 1 : 0;

/**
 * @param {string} name
 * @returns {Promise<{ name: string, code: number, output: string }>}
 */
function runScript(name) {
  return new Promise((resolve) => {
    // On Windows npm is a script, which only a shell starts.
    const shell = process.platform === 'win32';
    const child = spawn('npm', ['run', '--silent', name], { cwd: root, env: toolsEnv, shell });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('close', (code) => resolve({ name, code: code ?? 1, output }));
  });
}
