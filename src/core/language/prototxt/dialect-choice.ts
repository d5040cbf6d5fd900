/** Which dialect a text is of: told by what its layers say, as the reader tells it, and kept while they say the same. */
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import { type DialectScore, scoreDialects } from '../../formats/caffe/detect-dialect.ts';
import { textEvidence } from '../../formats/caffe/evidence.ts';
import { plainMessage } from './bind.ts';
import type { LayerSyntax } from './layers.ts';
import type { FieldSyntax } from './syntax.ts';
import type { WeightsBeside } from './weights-beside.ts';

export interface Choice {
  readonly dialect: CaffeVocabulary;
  /** The dialect, then the others, the best first. */
  readonly scores: readonly DialectScore[];
}

export class DialectChoice {
  private key: string | undefined;
  private weights: WeightsBeside | undefined;
  private last: Choice | undefined;

  constructor(
    /** All dialects that there are, the more common first. */
    private readonly dialects: readonly CaffeVocabulary[],
    /** The dialect that the user has chosen, by its name. */
    private readonly chosen: string | undefined,
  ) {}

  /** `fields` are all that stand in the network itself. */
  of(
    fields: readonly FieldSyntax[],
    layers: readonly LayerSyntax[],
    text: string,
    weights: WeightsBeside | undefined,
  ): Choice {
    const own = fields.filter(({ name }) => !LAYERS.has(name.text));
    // Layers that say the same tell nothing more.
    const distinct = new Map(layers.map((layer) => [saying(layer, text), layer.field]));
    const key = [...own.map(({ start, end }) => text.slice(start, end)), ...distinct.keys()].join('\n');
    if (!this.last || key !== this.key || weights !== this.weights) {
      const said = textEvidence(plainMessage([...own, ...distinct.values()]));
      this.last = this.choose(scoreDialects(weights ? [said, weights.evidence] : [said], this.dialects));
      this.key = key;
      this.weights = weights;
    }
    return this.last;
  }

  private choose(scored: ReturnType<typeof scoreDialects>): Choice {
    const best = scored.find(({ id }) => id === this.chosen) ?? scored[0];
    if (!best) throw new Error('there are no dialects');
    return { dialect: best.dialect, scores: [best, ...scored.filter((each) => each !== best)] };
  }
}

const LAYERS: ReadonlySet<string> = new Set(['layer', 'layers']);
const NAMES: ReadonlySet<string> = new Set(['name', 'bottom', 'top']);

/** All of a layer but its names. */
function saying({ body, type }: LayerSyntax, text: string): string {
  const fields = body.fields.filter(({ name }) => !NAMES.has(name.text));
  return `${type?.text} ${fields.map(({ start, end }) => text.slice(start, end)).join(' ')}`;
}
