import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import Database from 'better-sqlite3';

/** What a figure's absolute values depend on. */
export function machineFacts() {
  const db = new Database(':memory:');
  const sqlite = String(db.prepare('SELECT sqlite_version()').pluck().get());
  db.close();
  return {
    at: new Date().toISOString(),
    commit: printed('git', ['rev-parse', '--short', 'HEAD']),
    system: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    load: loadavg(),
    node: process.versions.node,
    sqlite,
    sqliteCli: printed('sqlite3', ['--version']).split(' ')[0],
    openssl: printed('openssl', ['version']),
  };
}

function printed(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'not there';
  }
}
