/** Which dialect a file is of: the one whose tables fit most of what it says. */
import { type CaffeVocabulary, takesField } from '../../dialects/caffe/vocabulary.ts';
import type { Evidence, Seen, SeenLayer } from './evidence.ts';

export interface DialectScore {
  readonly id: string;
  readonly title: string;
  /** Which part of what the file says fits, from 0 to 1. */
  readonly score: number;
}

/**
 * All dialects, the best first; of those that fit alike, the order is kept. One check for each layer type that the
 * framework must have, for each field that layers of a type have, for each field within, and for each field of the network
 * that not all dialects have; each counts once, however often it stands in the file.
 */
export function scoreDialects(
  files: readonly Evidence[],
  dialects: readonly CaffeVocabulary[],
): readonly (DialectScore & { readonly dialect: CaffeVocabulary })[] {
  const scored = dialects.map((dialect, k) => {
    const checks = new Checks(dialect);
    for (const { layers, net } of files) {
      for (const seen of net) checks.net(seen);
      for (const layer of layers) checks.layer(layer);
    }
    return { dialect, id: dialect.id, title: dialect.title, score: checks.score, doubts: checks.doubts, k };
  });
  scored.sort((a, b) => b.score - a.score || a.doubts - b.doubts || a.k - b.k);
  return scored;
}

class Checks {
  private readonly held = new Map<string, boolean>();
  private readonly doubtful = new Set<string>();

  constructor(private readonly dialect: CaffeVocabulary) {}

  get score(): number {
    if (this.held.size === 0) return 1;
    return [...this.held.values()].filter((holds) => holds).length / this.held.size;
  }

  /**
   * How many fields say what they mean without being there. Few people write that, so the number of such a field may mean
   * something else: Pooling's 13 is `round_mode: CEIL` in one dialect and `ceil_mode: false` in another. And how many layer types
   * mean what few networks mean by them.
   */
  get doubts(): number {
    return this.doubtful.size;
  }

  net(seen: Seen): void {
    this.inner(seen, seen.field(this.dialect.schema.net), 'net');
  }

  layer(layer: SeenLayer): void {
    const type = layer.type(this.dialect.schema);
    const message = layer.message(this.dialect.schema);
    const name = type ?? '?';
    this.check(name, type !== undefined && this.dialect.layers.has(type));
    if (this.dialect.reader.seldom?.includes(name)) this.doubtful.add(name);
    for (const each of layer.fields) {
      const field = message && each.field(message);
      const path = `${name}/${each.key}`;
      const fits = field !== undefined && each.fits(field) && takesField(this.dialect, name, field.name);
      this.check(path, fits);
      const within = fits && field.type.kind === 'message' ? field.type.message : undefined;
      // What training needs is not looked into.
      if (within && within.fields.size === 0) continue;
      for (const inner of each.inner) this.inner(inner, inner.field(within ?? NOTHING), path);
    }
  }

  private inner(seen: Seen, field: ReturnType<Seen['field']>, above: string): void {
    const path = `${above}/${seen.key}`;
    this.check(path, field !== undefined && seen.fits(field));
    if (field && seen.isDefault(field)) this.doubtful.add(path);
  }

  private check(path: string, holds: boolean): void {
    this.held.set(path, holds && (this.held.get(path) ?? true));
  }
}

const NOTHING = { name: '', fields: new Map(), byNumber: new Map() };
