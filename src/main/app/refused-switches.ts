/**
 * Switches of Chromium and Node that take away the window's sandbox, let another program read or steer it, or run a
 * program of someone's choice. Whoever can start the app can set them, in a shortcut too, where nobody sees them.
 */
const REFUSED = [
  /^no-sandbox$/,
  /^disable-(web-security|setuid-sandbox|gpu-sandbox|namespace-sandbox|seccomp-filter-sandbox)$/,
  /^disable-site-isolation/,
  /^single-process$/,
  /^remote-(debugging-|allow-origins)/,
  /^inspect(-|$)/,
  /^(allow-running-insecure-content|unsafely-treat-insecure-origin-as-secure)$/,
  /^ignore-certificate-errors/,
  /^(load-extension|disable-extensions-except)$/,
  /^js-flags$/,
  /^(gpu-launcher|renderer-cmd-prefix|utility-cmd-prefix|browser-subprocess-path)$/,
  /^(log-net-log|ssl-key-log-file)$/,
];

/**
 * Those among the arguments, as `--name`. Chromium takes one dash as well, on Windows a slash and any case too, and
 * no switch after `--`.
 */
export function refusedSwitches(args: readonly string[], platform: NodeJS.Platform): string[] {
  const end = args.indexOf('--');
  const names = args.slice(0, end === -1 ? undefined : end).flatMap((arg) => {
    const match = (platform === 'win32' ? /^(?:--?|\/)([^=]+)/ : /^--?([^=]+)/).exec(arg);
    return match?.[1] === undefined ? [] : [match[1].toLowerCase()];
  });
  const refused = names.filter((name) => REFUSED.some((pattern) => pattern.test(name)));
  return [...new Set(refused)].map((name) => `--${name}`);
}
