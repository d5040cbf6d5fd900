/** Stacks of Python frames: those of the user's own code first, those of PyTorch itself after them. */
import type { Frame, Origin } from '../../ir/origin.ts';

/** Files of PyTorch itself: users look for the line of their own code (torchvision, timm and the like count as that). */
const FRAMEWORK = [
  /(?:site|dist)-packages[\\/]torch[\\/]/,
  /(?:^|[\\/])torch[\\/](?:nn|jit|fx|export|autograd|utils|ao|amp|_[a-z]\w*)[\\/]/,
  /(?:^|[\\/])torch[\\/](?:functional|overrides|_ops|_tensor|_jit_internal|_VF|library)\.py$/,
  // The helper of a live capture, which calls what the user's code calls.
  /(?:^|[\\/])graphwright_capture[\\/]\w+\.py$/,
  /^<(?:string|frozen|eval_with_key|unknown|builtin)[^>]*>/,
];

function isFramework(file: string): boolean {
  return FRAMEWORK.some((pattern) => pattern.test(file));
}

/** Innermost first, but the frames of frameworks after all of the user's. */
export function userFramesFirst(frames: readonly Frame[]): Origin {
  const framework = frames.filter((frame) => isFramework(frame.file));
  return framework.length === 0 ? frames : [...frames.filter((frame) => !isFramework(frame.file)), ...framework];
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
