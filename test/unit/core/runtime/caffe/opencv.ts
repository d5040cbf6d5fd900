/** Runs Caffe files in OpenCV's dnn module, in a child process: a crash of it takes no test run down. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';

export interface CaffeFiles {
  readonly prototxt: string;
  readonly caffemodel: Uint8Array;
}

type Top = readonly [shape: readonly number[], numbers: Float32Array];

interface Answer {
  readonly id: number;
  readonly tops?: readonly Top[];
  readonly error?: string;
}

interface Waiting {
  readonly timer: NodeJS.Timeout;
  resolve(tops: readonly Top[]): void;
  reject(error: Error): void;
}

const LONGEST = 60_000;

const CHILD = fileURLToPath(new URL('opencv-child.mjs', import.meta.url));

/** One child, made when it is first needed, and again after it has crashed. */
export class OpenCvProcess {
  private child: ChildProcess | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(private readonly path = CHILD) {}

  ask(request: object): Promise<readonly Top[]> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end(`gave no answer in ${LONGEST / 1000} s`), LONGEST).unref();
      this.waiting.set(id, { timer, resolve, reject });
      this.started().send({ id, ...request });
    });
  }

  private started(): ChildProcess {
    if (this.child) return this.child;
    const child = fork(this.path, {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (answer: Answer) => this.answered(answer));
    child.on('exit', (code, signal) => this.child === child && this.end(`crashed (${signal ?? code})`));
    child.unref();
    child.channel?.unref();
    this.child = child;
    return child;
  }

  private answered({ id, tops, error }: Answer): void {
    const asked = this.waiting.get(id);
    this.waiting.delete(id);
    clearTimeout(asked?.timer);
    if (tops) asked?.resolve(tops);
    else asked?.reject(new Error(error ?? 'OpenCV gave no answer'));
  }

  private end(why: string): void {
    const { child } = this;
    this.child = undefined;
    child?.kill();
    for (const { timer, reject } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new Error(`OpenCV ${why}`));
    }
    this.waiting.clear();
  }
}

const opencv = new OpenCvProcess();

/** Inputs by name to the outputs that are asked for. Throws an Error with OpenCV's message, or where it has crashed. */
export async function runOpenCv(
  { prototxt, caffemodel }: CaffeFiles,
  inputs: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): Promise<ReadonlyMap<string, Tensor>> {
  const given = [...inputs].map(([name, tensor]) => [name, tensor.shape, Float32Array.from(tensor.numbers())]);
  const tops = await opencv.ask({ prototxt, caffemodel, inputs: given, outputs });
  return new Map(
    outputs.map((name, k): [string, Tensor] => {
      const [shape = [], numbers = new Float32Array(0)] = tops[k] ?? [];
      const { buffer, byteOffset, byteLength } = numbers;
      return [name, Tensor.ofBytes('float32', shape, new Uint8Array(buffer, byteOffset, byteLength))];
    }),
  );
}
