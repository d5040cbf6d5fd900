/** Running other programs: seen or quiet, and always with their output where they fail. */
import { spawn } from 'node:child_process';
import { ROOT } from './paths.mjs';

/** A program ended with another status than 0. `output` is what it said. */
export class CommandError extends Error {
  constructor(command, status, output) {
    super(`${command} ended with ${status}`);
    this.status = status;
    this.output = output;
  }
}

/**
 * Runs a program to its end and gives back what it printed; throws CommandError where it fails.
 * `show` passes its output through as it comes.
 */
export function run(command, args = [], { cwd = ROOT, env = {}, show = false } = {}) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32' && !command.endsWith('.exe');
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (stream) => (bytes) => {
      output += bytes;
      if (show) stream.write(bytes);
    };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new CommandError([command, ...args].join(' '), code ?? signal, output));
    });
  });
}

/** Runs a JavaScript file with this very Node. */
export const node = (args, options) => run(process.execPath, args, options);

/** Says what is being done, and after it how long that took. */
export async function step(title, work) {
  const started = performance.now();
  process.stdout.write(`${title} ...\n`);
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  if (seconds >= 1) process.stdout.write(`  done in ${seconds.toFixed(1)} s\n`);
  return result;
}
