/**
 * A release of onnxruntime in a process of its own, as scripts/profile-onnxruntime.mjs asks one: some end the process over a model,
 * and the packages for Node before 1.10 hold no binaries, but those for Python do.
 */
import { spawn } from 'node:child_process';
import { inRoot } from './paths.mjs';

/** The package `onnxruntime` of an interpreter of Python. */
export function pythonRuntime(interpreter) {
  return processRuntime([interpreter, inRoot('scripts/lib/profile-session.py')]);
}

/** An unpacked package onnxruntime-node. */
export function nodeRuntime(folder) {
  return processRuntime([process.execPath, inRoot('scripts/lib/profile-session.mjs'), folder]);
}

function processRuntime(command) {
  let child = start(command);
  return {
    InferenceSession: {
      async create(bytes) {
        const said = await child.ask(bytes);
        if (said === undefined) {
          child = start(command);
          throw new Error('Fatal error: the process ended');
        }
        if (said !== '') throw new Error(said);
        return {};
      },
    },
  };
}

/** A process that answers a question at a time; undefined where it ends instead. */
function start([program, ...words]) {
  const { stdin, stdout } = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  let held = Buffer.alloc(0);
  let answer;
  const settle = (said) => {
    answer?.(said);
    answer = undefined;
  };
  stdout.on('data', (part) => {
    held = Buffer.concat([held, part]);
    if (held.length < 4 || held.length < 4 + held.readUInt32LE(0)) return;
    const said = held.toString('utf8', 4);
    held = Buffer.alloc(0);
    settle(said);
  });
  stdout.on('close', () => settle(undefined));
  // An end while a model is written shows as the end of its answers.
  stdin.on('error', () => {});
  return {
    ask: (bytes) =>
      new Promise((resolve) => {
        answer = resolve;
        const head = Buffer.alloc(4);
        head.writeUInt32LE(bytes.length);
        stdin.write(Buffer.concat([head, bytes]));
      }),
  };
}
