/**
 * Blobs by their names: which layers make and read each. A layer that writes what it reads keeps the blob; one that makes the
 * name anew begins another, but where the two never count together.
 */
import type { LayerSyntax } from './layers.ts';
import { type PrototxtSyntax, type ScalarSyntax, scalarsOf, textOf } from './syntax.ts';

export interface Mention {
  readonly at: ScalarSyntax;
  readonly kind: 'read' | 'write';
  /** Undefined for inputs of the network. */
  readonly layer: LayerSyntax | undefined;
  readonly blob: Blob;
  /** Of what is read, the nearest maker above that counts when it does; undefined where nothing makes it. */
  readonly maker: Mention | undefined;
}

export interface Blob {
  readonly name: string;
  readonly mentions: readonly Mention[];
}

interface Growing extends Blob {
  readonly mentions: Mention[];
}

export class Blobs {
  readonly all: Blob[] = [];
  private readonly byOffset = new Map<number, Mention>();
  private readonly current = new Map<string, Growing>();
  private readonly names = new Set<string>();

  constructor({ fields }: PrototxtSyntax, layers: readonly LayerSyntax[]) {
    for (const input of scalarsOf(fields, 'input')) this.make(input, undefined);
    for (const layer of layers) {
      for (const bottom of layer.bottoms) this.read(bottom, layer);
      for (const top of layer.tops) this.make(top, layer);
    }
  }

  /** The mention whose text begins there. */
  at(offset: number): Mention | undefined {
    return this.byOffset.get(offset);
  }

  isTaken(name: string): boolean {
    return this.names.has(name);
  }

  /** What a layer can read, the nearest first. */
  above(offset: number): Mention[] {
    const found = new Map<string, Mention>();
    for (const blob of this.all) {
      for (const mention of blob.mentions) {
        if (mention.kind === 'write' && (mention.layer?.field.end ?? mention.at.end) < offset)
          found.set(blob.name, mention);
      }
    }
    return [...found.values()].sort((a, b) => b.at.start - a.at.start);
  }

  private read(at: ScalarSyntax, layer: LayerSyntax): void {
    const name = textOf(at);
    const blob = this.current.get(name) ?? this.begin(name);
    const makers = blob.mentions.filter(({ kind, layer: maker }) => kind === 'write' && maker !== layer);
    const maker = makers.findLast((each) => !each.layer || mayMeet(each.layer, layer)) ?? makers.at(-1);
    this.add({ at, kind: 'read', layer, blob, maker });
  }

  private make(at: ScalarSyntax, layer: LayerSyntax | undefined): void {
    const name = textOf(at);
    const known = this.current.get(name);
    const keeps = known && (!known.mentions.some(({ kind }) => kind === 'write') || keepsBlob(known, layer));
    this.add({ at, kind: 'write', layer, blob: keeps ? known : this.begin(name), maker: undefined });
  }

  private begin(name: string): Growing {
    const blob: Growing = { name, mentions: [] };
    this.current.set(name, blob);
    this.names.add(name);
    this.all.push(blob);
    return blob;
  }

  private add(mention: Mention & { readonly blob: Blob }): void {
    (mention.blob as Growing).mentions.push(mention);
    this.byOffset.set(mention.at.start, mention);
  }
}

/** Whether a layer that makes a name goes on with the blob of that name. */
function keepsBlob({ mentions }: Blob, layer: LayerSyntax | undefined): boolean {
  if (!layer) return false;
  if (mentions.some((each) => each.layer === layer && each.kind === 'read')) return true;
  return mentions.every(({ kind, layer: maker }) => kind === 'read' || (maker && !together(maker, layer)));
}

/** Whether two layers count at once whenever a phase of both is run. */
function together(a: LayerSyntax, b: LayerSyntax): boolean {
  return !a.conditional && !b.conditional && mayMeet(a, b);
}

/** Whether two layers may count at once. */
function mayMeet(a: LayerSyntax, b: LayerSyntax): boolean {
  return [...a.phases].some((phase) => b.phases.has(phase));
}
