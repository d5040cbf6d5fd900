/** A prototxt that is open in an editor. What it means is worked out when it is asked for, once for each edit. */
import type { CaffeVocabulary } from '../../dialects/caffe/vocabulary.ts';
import { CAFFE_DIALECTS, vocabularyFor } from '../../formats/caffe/dialects.ts';
import { InputError } from '../../ir/errors.ts';
import { caffeBackend } from '../../targets/caffe-backends.ts';
import { userBackends } from '../../targets/user-backends.ts';
import { DocumentText, type TextEdit } from '../text.ts';
import { analyse, type Network } from './analysis.ts';
import { Blobs } from './blobs.ts';
import { type Choice, DialectChoice } from './dialect-choice.ts';
import { isNetwork, type LayerSyntax, layersIn } from './layers.ts';
import { parsePrototxt } from './parse.ts';
import type { PrototxtSyntax } from './syntax.ts';
import { WeightsBeside } from './weights-beside.ts';

export interface PrototxtOptions {
  readonly path: string;
  /** The dialect that the user has chosen, by its name. */
  readonly dialect?: string | undefined;
}

export class PrototxtDocument {
  readonly text: DocumentText;
  readonly path: string;
  version: number;
  private readonly chosen: string | undefined;
  private read: Read | undefined;
  private weights: WeightsBeside | undefined;
  private vocabularies: readonly CaffeVocabulary[] | undefined;
  private choosing: DialectChoice | undefined;

  constructor(text: string, version: number, { path, dialect }: PrototxtOptions) {
    this.text = new DocumentText(text);
    this.version = version;
    this.path = path;
    this.chosen = dialect;
  }

  /** Applies the changes of one version, in their order. */
  edit(changes: readonly TextEdit[], version: number): void {
    for (const change of changes) this.text.apply(change);
    this.version = version;
    this.read = undefined;
  }

  get tree(): PrototxtSyntax {
    return this.now.tree;
  }

  get layers(): readonly LayerSyntax[] {
    return this.now.layers;
  }

  get blobs(): Blobs {
    const { now } = this;
    now.blobs ??= new Blobs(now.tree, now.layers);
    return now.blobs;
  }

  /** Those of Graphwright and of a graphwright.caffe.json, the more common first. */
  get dialects(): readonly CaffeVocabulary[] {
    this.vocabularies ??= [
      ...CAFFE_DIALECTS.map((id) => vocabularyFor(caffeBackend(id))),
      ...userVocabularies(this.path),
    ];
    return this.vocabularies;
  }

  /** The dialect that the text is of; undefined where it is no network. */
  get dialect(): CaffeVocabulary | undefined {
    return this.choice?.dialect;
  }

  /** What the text means now; undefined where it is no network. */
  get network(): Network | undefined {
    const { now } = this;
    now.network ??= this.relinked();
    return now.network;
  }

  /** The same once more, for who changes its graph. */
  relinked(): Network | undefined {
    const { now, choice, text, path, dialects, chosen, weights } = this;
    const { layers, tree } = now;
    return choice && analyse(tree, { ...choice, text: text.text, path, layers, dialects, chosen, weights });
  }

  private get choice(): Choice | undefined {
    const { now, dialects } = this;
    if (!now.isNetwork) return undefined;
    if (!now.choice) {
      this.weights = WeightsBeside.of(this.path, this.weights);
      this.choosing ??= new DialectChoice(dialects, this.chosen);
      now.choice = this.choosing.of(now.tree.fields, now.layers, this.text.text, this.weights);
    }
    return now.choice;
  }

  private get now(): Read {
    if (!this.read) {
      const tree = parsePrototxt(this.text.text);
      const nets = this.dialects.map(({ schema }) => schema.net);
      this.read = { tree, layers: layersIn(tree), isNetwork: isNetwork(tree, nets) };
    }
    return this.read;
  }
}

/** What has been worked out of the text as it is now. */
interface Read {
  readonly tree: PrototxtSyntax;
  readonly layers: readonly LayerSyntax[];
  readonly isNetwork: boolean;
  blobs?: Blobs;
  choice?: Choice;
  network?: Network | undefined;
}

/** A file of backends that is wrong is told where it is used, not at every word. */
function userVocabularies(path: string): readonly CaffeVocabulary[] {
  try {
    return userBackends(path).map(vocabularyFor);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
