/**
 * Symbolic tensors as PyTorch keeps them: a geometry over a storage that views share. The storage has one current value,
 * that of its base; a write through a view changes it, and views made before look anew (see memory.ts).
 */

import type { Scalar } from '../../dialects/aten/arguments.ts';
import type { TensorInfo } from '../../dialects/aten/rule.ts';
import type { ViewStep } from '../../dialects/aten/view.ts';
import type { Origin, Scope } from '../../ir/origin.ts';
import type { Dim, Shape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { ScalarValue } from './scalars.ts';

/** Where in the program something happens. The origin is found only when it is asked for. */
export interface Place {
  origin(): Origin;
  readonly scope: Scope;
}

/** A write through a view that the base has not taken up yet. */
export interface Write {
  readonly steps: readonly ViewStep[];
  readonly value: Value;
  readonly by: TensorValue;
  readonly place: Place;
}

/** What fills a storage at first: made when it is first read, so that nothing unused enters the graph. */
export type Filling = () => Value;

/** What writes change of a storage. */
export interface StorageContents {
  readonly version: number;
  readonly waiting: readonly Write[];
  readonly doubt: Storage['doubt'];
  readonly writer: Storage['writer'];
  readonly current: Value | undefined;
}

/** Memory that several tensors may view. */
export class Storage {
  /** Changes with each write, and no two writes of a program share one. */
  version = 0;
  readonly waiting: Write[] = [];
  /** Storages that may in truth be this one: a layout that we do not know decides. */
  readonly perhaps = new Set<Storage>();
  /** A write through what may be an alias of this: what it holds now cannot be said. */
  doubt: { readonly operator: string; readonly place: Place } | undefined;
  /** The last write. */
  writer: { readonly operator: string; readonly place: Place } | undefined;
  /** The one element that a write left, where the capture knows it. */
  left: { readonly version: number; readonly element: Scalar | ScalarValue } | undefined;
  /** What it held before any write; undefined while nobody has looked. */
  first: Value | undefined;
  private current: Value | undefined;

  constructor(
    private readonly filling: Filling,
    /** The attribute path of a parameter or buffer that it holds. */
    readonly state?: string,
  ) {}

  /** The value of the base without the writes that wait. */
  get base(): Value {
    if (this.current) return this.current;
    this.first ??= this.filling();
    this.current = this.first;
    return this.current;
  }

  set base(value: Value) {
    this.current = value;
  }

  /** All that writes change, to go back to it. */
  get contents(): StorageContents {
    const { version, waiting, doubt, writer, current } = this;
    return { version, waiting: [...waiting], doubt, writer, current };
  }

  set contents(contents: StorageContents) {
    this.version = contents.version;
    this.waiting.splice(0, this.waiting.length, ...contents.waiting);
    this.doubt = contents.doubt;
    this.writer = contents.writer;
    this.current = contents.current;
  }

  get written(): boolean {
    return this.version > 0;
  }
}

export class TensorValue {
  readonly kind = 'tensor';
  /** The value that it had at `seen`, the storage's version. */
  value: Value | undefined;
  seen = 0;
  private madeOf: ScalarValue | undefined;

  constructor(
    public storage: Storage,
    /** Type, shape and strides; undefined where they are unknown, because of what was reported before. */
    public info: TensorInfo | undefined,
    /** Elements from the start of the storage. */
    public offset: Dim = 0,
    /** From the storage's base to this view. */
    public steps: readonly ViewStep[] = [],
    /** The one element at first, where the capture knows it: sizes of shapes as tensors, and small constants. */
    readonly known?: () => Scalar | undefined,
  ) {}

  /** The number of the program that it was made of, where nothing has been written to it since. */
  get scalar(): ScalarValue | undefined {
    const left = this.left;
    return left instanceof ScalarValue ? left : this.storage.written ? undefined : this.madeOf;
  }

  set scalar(number: ScalarValue) {
    this.madeOf = number;
  }

  /** The one element, where the capture knows it. */
  get element(): Scalar | undefined {
    const { left } = this;
    return left instanceof ScalarValue ? undefined : (left ?? (this.storage.written ? undefined : this.known?.()));
  }

  /** What the last write left, where the capture knows it. */
  private get left(): Scalar | ScalarValue | undefined {
    const { left, version } = this.storage;
    return left?.version === version && this.isWhole ? left.element : undefined;
  }

  /** Whether it shows its base as it is. */
  get isWhole(): boolean {
    return this.steps.every((step) => step.kind === 'alias');
  }

  get shape(): Shape | undefined {
    return this.info?.shape;
  }
}
