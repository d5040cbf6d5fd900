/** OpenCV in a process of its own, which may die of a network: the next one has a new process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Tensor } from '../../../../src/core/ir/tensor.ts';

interface Answer {
  readonly outputs?: readonly { readonly shape: readonly number[]; readonly file: string }[];
  readonly error?: string;
}

export class OpenCv {
  private child: ChildProcess | undefined;
  private lines: AsyncIterator<string> | undefined;

  constructor(
    private readonly python: string,
    private readonly script: string,
  ) {}

  /** The outputs of STEM.prototxt with STEM.caffemodel by name, or what OpenCV says against it. */
  async run(
    stem: string,
    inputs: ReadonlyMap<string, Tensor>,
    outputs: readonly string[],
  ): Promise<ReadonlyMap<string, Tensor> | string> {
    const given = [...inputs].map(([name, tensor], k) => {
      const file = `${stem}.input.${k}`;
      writeFileSync(file, tensor.bytes());
      return { name, shape: tensor.shape, file };
    });
    const answer = await this.ask({ stem, inputs: given, outputs });
    if (!answer?.outputs) return answer?.error ?? 'the process died';
    return new Map(
      answer.outputs.map(({ shape, file }, k) => {
        return [outputs[k] ?? '', Tensor.ofBytes('float32', shape, new Uint8Array(readFileSync(file)))];
      }),
    );
  }

  stop(): void {
    this.child?.kill();
  }

  /** Undefined where the process dies instead. */
  private async ask(question: object): Promise<Answer | undefined> {
    if (!this.child || !this.lines) {
      this.child = spawn(this.python, ['-W', 'ignore', this.script], { stdio: ['pipe', 'pipe', 'ignore'] });
      this.child.stdin?.on('error', () => undefined);
      this.lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    }
    this.child.stdin?.write(`${JSON.stringify(question)}\n`);
    // Lines end where the process does.
    const { value, done } = await this.lines.next();
    if (!done) return JSON.parse(value) as Answer;
    this.child = undefined;
    this.lines = undefined;
    return undefined;
  }
}
