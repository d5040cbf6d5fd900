/** The calls that the program is in, and what origin they give to an operator. */
import type { TorchScriptArchive } from '../../formats/torch/archive.ts';
import type { SourceFile } from '../../formats/torch/ast.ts';
import { userFramesFirst } from '../../formats/torch/frames.ts';
import type { Frame, Origin } from '../../ir/origin.ts';

/** Where a call of the program's own code stands, and the one around it. */
export interface CallSite {
  readonly source: SourceFile;
  readonly offset: number;
  readonly outer: CallSite | undefined;
}

const isPython = (frame: Frame): boolean => frame.kind === 'python';

/**
 * The origin of a place of the code. A trace records the whole stack of Python for each operator; of scripted code only the
 * line itself is known, which may be PyTorch's own: the lines of the calls around it follow.
 */
export function originWithin(
  archive: TorchScriptArchive,
  source: SourceFile,
  offset: number,
  site: CallSite | undefined,
): Origin {
  const own = archive.originOf(source, offset);
  const stack = own.filter(isPython);
  let alone = stack.length <= 1;
  for (let at = site; at && alone; at = at.outer) {
    const frames = archive.originOf(at.source, at.offset).filter(isPython);
    stack.push(...frames);
    alone = frames.length <= 1;
  }
  return [...userFramesFirst(stack), ...own.filter((frame) => !isPython(frame))];
}
