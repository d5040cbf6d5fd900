/** System packages that tests need: installed where we may (root on Debian), named where we may not. */
import { existsSync } from 'node:fs';
import { run, step } from './run.mjs';

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const FONTS = '/usr/share/fonts/truetype/liberation';

/** The browser that the tests drive: CHROMIUM, else the first one installed. */
export const chromium = () => process.env.CHROMIUM ?? BROWSERS.find((file) => existsSync(file));

/** Installs Debian packages; throws with their names where that is not possible. */
export async function installSystemPackages(packages, purpose) {
  const byHand = `${purpose}: please install ${packages.join(' ')} (Debian: apt-get install ${packages.join(' ')}).`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(byHand);
  await step(`Installing ${packages.join(', ')}`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env });
  });
}

/** Makes sure that there is a browser, and on Linux a font for it. */
export async function installBrowser() {
  const missing = [];
  if (!chromium()) missing.push('chromium');
  if (process.platform === 'linux' && existsSync('/etc/debian_version') && !existsSync(FONTS))
    missing.push('fonts-liberation');
  if (missing.length > 0) await installSystemPackages(missing, 'The tests drive a browser');
}
