/**
 * Networks as they were written before 2014, as they are written today: BVLC/caffe, src/caffe/util/upgrade_proto.cpp.
 * V1 has layers with numbered types; V0, before it, has all parameters in one message within, and layers that only pad.
 */
import type { CaffeMessage, CaffeSchema } from '../../dialects/caffe/schema.ts';
import { InputError, type Place } from '../../ir/errors.ts';
import { type Entry, Tree, type UnknownField } from './tree.ts';
import { V0_TYPES, V1_TYPES } from './v1-types.ts';

export interface Upgraded {
  readonly net: Tree;
  /** How the layers were written. */
  readonly age: 'V2' | 'V1' | 'V0';
  /** Fields of old layers that have no place in new ones. */
  readonly lost: readonly { readonly layer: string; readonly field: UnknownField }[];
}

/** Throws InputError `file-malformed` where a network is written in two ways, or pads what cannot be padded. */
export function upgradeNet(net: Tree, schema: CaffeSchema, file: string): Upgraded {
  const old = net.entries.filter(({ field }) => field.name === 'layers');
  const [first] = old;
  if (!first) return { net, age: 'V2', lost: [] };
  if (net.trees('layer').length > 0) {
    const message = 'the network has both `layer` and `layers`, which are layers of different ages';
    throw malformed(message, first, file);
  }
  return new Upgrade(net, schema.layer, file).run(old);
}

class Upgrade {
  private readonly lost: { layer: string; field: UnknownField }[] = [];
  /** The V0 layer that only pads, by the blob that it makes. */
  private readonly padded = new Map<string, Tree>();
  private age: 'V1' | 'V0' = 'V1';

  constructor(
    private readonly net: Tree,
    private readonly layer: CaffeMessage,
    private readonly file: string,
  ) {}

  run(old: readonly Entry[]): Upgraded {
    const upgraded = new Tree(this.net.message);
    upgraded.unknown.push(...this.net.unknown);
    upgraded.entries.push(...this.net.entries.filter(({ field }) => field.name !== 'layers'));
    for (const entry of old) {
      const layer = entry.value instanceof Tree ? this.upgrade(entry.value, entry) : undefined;
      const field = this.net.message.fields.get('layer');
      if (layer && field) upgraded.entries.push({ ...entry, field, value: layer });
    }
    return { net: upgraded, age: this.age, lost: this.lost };
  }

  private upgrade(old: Tree, entry: Entry): Tree | undefined {
    const [within] = old.trees('layer');
    const made = within ? this.fromV0(old, within, entry) : this.fromV1(old);
    const layer = (within ?? old).string('name') ?? '';
    for (const field of old.unknown) {
      if ('text' in field) made?.unknown.push(field);
      else this.lost.push({ layer, field });
    }
    return made;
  }

  private fromV1(old: Tree): Tree {
    const made = new Tree(this.layer);
    const type = V1_TYPES[old.string('type') ?? ''];
    for (const entry of old.entries) {
      const { name } = entry.field;
      const field = this.layer.fields.get(name);
      if (name === 'type') {
        if (type !== undefined) made.add('type', type);
      } else if (!TRAINING.has(name) && name !== 'param') {
        if (field) made.entries.push({ ...entry, field });
      }
    }
    this.addSpecs(made, old, old.strings('param'));
    return made;
  }

  /** Names of shared blobs, and factors of training, which were lists beside each other. */
  private addSpecs(made: Tree, old: Tree, names: readonly string[]): void {
    const factors = old.numbers('blobs_lr');
    const decays = old.numbers('weight_decay');
    const modes = old.strings('blob_share_mode');
    for (let k = 0; k < Math.max(names.length, factors.length, decays.length, modes.length); k++) {
      const spec = made.addTree('param');
      const [name, mode, factor, decay] = [names[k], modes[k], factors[k], decays[k]];
      if (name) spec.add('name', name);
      if (mode !== undefined) spec.add('share_mode', mode);
      if (factor !== undefined) spec.add('lr_mult', factor);
      if (decay !== undefined) spec.add('decay_mult', decay);
    }
  }

  /** Undefined for a layer that only pads: those behind it do. */
  private fromV0(old: Tree, within: Tree, entry: Entry): Tree | undefined {
    this.age = 'V0';
    const type = within.string('type') ?? '';
    const [top = ''] = old.strings('top');
    if (type === 'padding') {
      this.padded.set(top, old);
      return undefined;
    }
    const facts = Object.hasOwn(V0_TYPES, type) ? V0_TYPES[type] : undefined;
    if (!facts) throw malformed(`there is no layer of type "${type}"`, entry, this.file);
    const made = new Tree(this.layer);
    const name = within.string('name');
    if (name !== undefined) made.add('name', name);
    made.add('type', facts.type);
    const padding = this.bottoms(made, old, type, entry);
    for (const each of old.strings('top')) {
      made.add('top', each);
      this.padded.delete(each);
    }
    for (const blob of within.trees('blobs')) made.add('blobs', blob);
    this.addSpecs(made, within, []);
    if (facts.parameters !== undefined && this.layer.fields.has(facts.parameters)) {
      const parameters = made.addTree(facts.parameters);
      for (const [from, to] of Object.entries(facts.fields ?? {})) {
        for (const value of within.all(from)) if (!(padding && to === 'pad')) parameters.add(to, value);
      }
      if (padding) parameters.add('pad', BigInt(padding.number('pad') ?? 0));
    }
    return made;
  }

  /** What the layer reads: of a layer that only pads, what that one reads. Gives the padding. */
  private bottoms(made: Tree, old: Tree, type: string, entry: Entry): Tree | undefined {
    let padding: Tree | undefined;
    for (const bottom of old.strings('bottom')) {
      const before = this.padded.get(bottom);
      made.add('bottom', before?.strings('bottom')[0] ?? bottom);
      if (!before) continue;
      [padding] = before.trees('layer');
      if (type !== 'conv' && type !== 'pool')
        throw malformed(`a layer of type "${type}" reads a padded blob: only conv and pool can`, entry, this.file);
    }
    return padding;
  }
}

const TRAINING = new Set(['layer', 'blobs_lr', 'weight_decay', 'blob_share_mode']);

function malformed(message: string, { line, column, offset }: Entry, file: string): InputError {
  const place: Place = {
    file,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(offset !== undefined && { offset }),
  };
  return new InputError('file-malformed', message, place, "Caffe's upgrade_net_proto_text shows what it makes of it.");
}
