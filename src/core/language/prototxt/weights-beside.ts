/** The .caffemodel beside a prototxt, as far as the text needs it: its layers and the shapes of their blobs, never the numbers. */
import { statSync } from 'node:fs';
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import { decodeNet } from '../../formats/caffe/decode.ts';
import { binaryEvidence, type Evidence } from '../../formats/caffe/evidence.ts';
import { upgradeNet } from '../../formats/caffe/upgrade.ts';
import type { WeightsFile } from '../../formats/caffe/weights.ts';
import { FileBytes } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';

export class WeightsBeside {
  private readonly nets = new Map<string, WeightsFile | undefined>();

  private constructor(
    private readonly path: string,
    /** When the file was written, and how large it is. */
    private readonly stamp: string,
    readonly evidence: Evidence,
  ) {}

  /** What lies beside a prototxt now: `before` again where that is still so. Undefined where nothing can be read. */
  static of(prototxt: string, before: WeightsBeside | undefined): WeightsBeside | undefined {
    const path = prototxt.replace(/\.prototxt$/i, '.caffemodel');
    if (path === prototxt) return undefined;
    const stamp = stampOf(path);
    if (stamp === undefined || (before?.path === path && before.stamp === stamp))
      return stamp === undefined ? undefined : before;
    const evidence = reading(path, binaryEvidence);
    return evidence && new WeightsBeside(path, stamp, evidence);
  }

  /** The file as a dialect has it. */
  under({ id, schema }: CaffeVocabulary): WeightsFile | undefined {
    if (!this.nets.has(id)) {
      const { path } = this;
      const net = reading(path, (file) => upgradeNet(decodeNet(file, schema), schema, path).net);
      this.nets.set(id, net && { net, file: path });
    }
    return this.nets.get(id);
  }
}

function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.mtimeMs} ${stat.size}` : undefined;
}

/** What is wrong with the file is told when it is opened itself. */
function reading<T>(path: string, read: (file: FileBytes) => T): T | undefined {
  try {
    const file = new FileBytes(path);
    try {
      return read(file);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof InputError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
