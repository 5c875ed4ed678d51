import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * A real gnome-keyring on a session bus and in a home of its own, under dbus-run-session.
 * `absent`: a bus without a secret service. `no-bus`: no bus at all.
 */
export type KeyringMode = 'unlocked' | 'locked' | 'absent' | 'no-bus';

export type Keyring = {
  /** The whole environment for a process that shall meet this keyring; DISPLAY is not in it. */
  env: Record<string, string>;
  /** Locks the collection as closing the session would; there is nothing that could show a prompt. */
  lock(): void;
  /** Stops the daemon with SIGSTOP: calls are taken and never answered. */
  freeze(): void;
  thaw(): void;
};

/** No service files: nothing but what the test starts answers on this bus. */
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>`;

/** Prints the bus and the daemon's pid, and ends with the test process, whose pipe is its standard input. */
const session = `
if [ "$1" = daemon ]; then
  printf 'a password' | gnome-keyring-daemon --unlock --foreground --components=secrets >/dev/null 2>&1 &
  daemon=$!
  trap 'kill -CONT $daemon; kill $daemon' EXIT
  until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \\
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true; do sleep 0.02; done
fi
echo "$DBUS_SESSION_BUS_ADDRESS $daemon"
cat >/dev/null`;

const packages: Readonly<Record<string, string>> = {
  'dbus-run-session': 'dbus',
  'dbus-send': 'dbus',
  'gnome-keyring-daemon': 'gnome-keyring',
};

/** Runs `action` against a fresh keyring and takes everything down afterwards. */
export async function withKeyring<T>(
  mode: KeyringMode,
  action: (keyring: Keyring) => Promise<T>,
): Promise<T> {
  requirePackages();
  const root = mkdtempSync(join(tmpdir(), 'keyring-'));
  let bus: ChildProcess | null = null;
  try {
    const env = isolatedEnv(root);
    if (mode === 'no-bus') return await action(brokenKeyring(env));
    const started = await startSession(root, env, mode === 'absent' ? 'bus' : 'daemon');
    bus = started.bus;
    const keyring = keyringOn({ ...env, DBUS_SESSION_BUS_ADDRESS: started.address }, started.pid);
    if (mode === 'locked') keyring.lock();
    return await action(keyring);
  } finally {
    if (bus) await end(bus);
    rmSync(root, { recursive: true, force: true });
  }
}

function requirePackages(): void {
  for (const [program, name] of Object.entries(packages)) {
    if (spawnSync('which', [program]).status !== 0) {
      throw new Error(`${program} is missing: install the package ${name} (Debian).`);
    }
  }
}

function isolatedEnv(root: string): Record<string, string> {
  const runtimeDir = join(root, 'run');
  mkdirSync(runtimeDir, { mode: 0o700 });
  return { PATH: process.env['PATH'] ?? '', HOME: root, XDG_RUNTIME_DIR: runtimeDir };
}

async function startSession(root: string, env: Record<string, string>, what: 'bus' | 'daemon') {
  const config = join(root, 'session.conf');
  writeFileSync(config, busConfig);
  const bus = spawn(
    'dbus-run-session',
    ['--config-file', config, '--', 'bash', '-c', session, 'session', what],
    { env, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  for await (const line of createInterface({ input: bus.stdout })) {
    const [address = '', pid = ''] = line.split(' ');
    return { bus, address, pid: Number(pid) };
  }
  throw new Error('dbus-run-session ended before the bus was up');
}

function keyringOn(env: Record<string, string>, daemonPid: number): Keyring {
  return {
    env,
    lock() {
      const login = '/org/freedesktop/secrets/collection/login';
      const { status } = spawnSync(
        'dbus-send',
        [
          '--session',
          '--print-reply',
          '--dest=org.freedesktop.secrets',
          '/org/freedesktop/secrets',
          'org.freedesktop.Secret.Service.Lock',
          `array:objpath:${login}`,
        ],
        { env },
      );
      if (status !== 0) throw new Error('the keyring did not lock');
    },
    freeze: () => process.kill(daemonPid, 'SIGSTOP'),
    thaw: () => process.kill(daemonPid, 'SIGCONT'),
  };
}

function brokenKeyring(env: Record<string, string>): Keyring {
  const refuse = () => {
    throw new Error('there is no keyring in this mode');
  };
  return { env, lock: refuse, freeze: refuse, thaw: refuse };
}

async function end(bus: ChildProcess): Promise<void> {
  const closed = once(bus, 'exit');
  bus.stdin?.end();
  await closed;
}
