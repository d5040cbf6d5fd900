/** Stacks of Python frames: those of the user's own code first, those of PyTorch itself after them, none of ours. */
import type { Frame, Origin } from '../../ir/origin.ts';

/** Files of PyTorch itself: users look for the line of their own code (torchvision, timm and the like count as that). */
const FRAMEWORK = [
  /(?:site|dist)-packages[\\/]torch[\\/]/,
  /(?:^|[\\/])torch[\\/](?:nn|jit|fx|export|autograd|utils|ao|amp|_[a-z]\w*)[\\/]/,
  /(?:^|[\\/])torch[\\/](?:functional|overrides|_ops|_tensor|_jit_internal|_VF|library)\.py$/,
  /^<(?:string|frozen|eval_with_key|unknown|builtin)[^>]*>/,
];

/** The helper of a live capture: a trace records the lines that called the program, which are none of the user's. */
const HELPER = /(?:^|[\\/])graphwright_capture[\\/]\w+\.py$/;

function isFramework(file: string): boolean {
  return FRAMEWORK.some((pattern) => pattern.test(file));
}

/** Innermost first, but the frames of frameworks after all of the user's; those of the helper of a live capture are left out. */
export function userFramesFirst(frames: readonly Frame[]): Origin {
  const others = frames.filter(({ file }) => !HELPER.test(file));
  const framework = others.filter(({ file }) => isFramework(file));
  return [...others.filter(({ file }) => !isFramework(file)), ...framework];
}

/** A stack as the tracer writes it, innermost first: lines `file.py(12): function`. */
export function framesOfTrace(text: string): Frame[] {
  const frames: Frame[] = [];
  for (const [, file, line, name] of text.matchAll(/^(.+)\((\d+)\): (.*)$/gm)) {
    if (file && line) frames.push({ kind: 'python', file, line: Number(line), ...(name && { function: name }) });
  }
  return frames;
}

/** A Python traceback, innermost last: lines `File "net.py", line 12, in forward`, each with its text below. Innermost first. */
export function framesOfTraceback(text: string): Frame[] {
  const frames: Frame[] = [];
  for (const [, file, line, name, code] of text.matchAll(
    /^ *File "([^"\n]+)", line (\d+)(?:, in ([^\n]*))?(?:\n {4,}(?!File ")([^\n]+))?/gm,
  )) {
    if (!file || !line) continue;
    frames.push({
      kind: 'python',
      file,
      line: Number(line),
      ...(name && { function: name }),
      ...(code && { text: code }),
    });
  }
  return frames.reverse();
}
