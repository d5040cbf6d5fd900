/**
 * Functionalisation: reading and writing storages as values. A write through a view is undone step by step until it is a
 * new value of the base; other views of the base then look anew. The order of steps is that of
 * torch/csrc/.../FunctionalStorageImpl: every write waits until somebody else looks.
 */
import { overlapsItself } from '../dialects/aten/layout.ts';
import { fresh } from '../dialects/aten/rule.ts';
import { inversePermutation, type ViewStep } from '../dialects/aten/view.ts';
import { type Attribute, dim, dims, int, ints } from '../ir/attribute.ts';
import { add, ceilDivide, maximum, minimum, type Shape, sameDim, sameShape, subtract } from '../ir/shape.ts';
import type { Value } from '../ir/value.ts';
import type { Recorder } from './recorder.ts';
import type { Journal } from './regions/journal.ts';
import type { Place, Storage, TensorValue, Write } from './values/tensor.ts';

export class Memory {
  /** Storages of parameters and buffers that were written. */
  readonly writtenStates = new Set<Storage>();
  private readonly journals: Journal[] = [];
  private versions = 0;

  constructor(private readonly recorder: Recorder) {}

  /** What a tensor holds now. */
  read(tensor: TensorValue): Value {
    const { storage } = tensor;
    this.checkDoubt(storage);
    if (tensor.value && tensor.seen === storage.version && this.recorder.sees(tensor.value)) return tensor.value;
    let value = this.baseOf(storage);
    if (storage.written && tensor.steps.some((step) => step.kind === 'opaque')) {
      if (storage.writer) this.refuseOpaque(storage, storage.writer);
    } else {
      for (const step of tensor.steps) value = this.replay(step, value, this.recorder.place);
    }
    tensor.value = value;
    tensor.seen = storage.version;
    return value;
  }

  /** Says where a storage may have been written without our knowing, when what it holds is needed. */
  checkDoubt(storage: Storage): void {
    if (!storage.doubt) return;
    const { operator, place } = storage.doubt;
    const reason = 'whether they are one tensor follows from a memory layout, or a way taken, that is not known here';
    this.recorder.report('alias-write', { operator, place }, { reason }, storage);
  }

  /** A write that may have happened: on a way that a run may take. */
  setDoubt(storage: Storage, doubt: NonNullable<Storage['doubt']>): void {
    this.keep(storage);
    storage.doubt = doubt;
  }

  /** Gives the elements of a tensor a new value, for everybody who shares them. `operator` is for messages. */
  write(tensor: TensorValue, value: Value, operator: string): void {
    const { storage, info } = tensor;
    const place = this.recorder.place;
    if (
      tensor.steps.some((step) => step.kind === 'expand') ||
      (info?.strides && overlapsItself(info.shape, info.strides))
    ) {
      this.recorder.report(
        'alias-write',
        { operator, place },
        { reason: 'several of its elements are one place in memory' },
      );
      return;
    }
    if (tensor.steps.some((step) => step.kind === 'opaque')) {
      this.refuseOpaque(storage, { operator, place });
      return;
    }
    for (const other of storage.perhaps) {
      this.keep(other);
      other.doubt = { operator, place };
    }
    this.keep(storage);
    storage.version = ++this.versions;
    storage.writer = { operator, place };
    if (storage.state !== undefined) this.writtenStates.add(storage);
    if (tensor.steps.length === 0) {
      storage.waiting.length = 0;
      storage.base = value;
    } else {
      // A second write through the same view covers the first.
      if (storage.waiting.at(-1)?.by === tensor) storage.waiting.pop();
      storage.waiting.push({ steps: tensor.steps, value, by: tensor, place });
    }
    tensor.value = value;
    tensor.seen = storage.version;
  }

  /** Two storages that may be one. */
  link(a: Storage, b: Storage): void {
    const all = new Set([a, b, ...a.perhaps, ...b.perhaps]);
    for (const each of all) for (const other of all) if (each !== other) each.perhaps.add(other);
  }

  private refuseOpaque(storage: Storage, writer: NonNullable<Storage['writer']>): void {
    const reason = 'what a view of overlapping or reinterpreted elements shows after a write is not modelled';
    this.recorder.report('alias-write', writer, { reason }, storage);
  }

  /** Gives the whole of a storage a new value: what a condition or a loop has made of it. */
  replace(storage: Storage, value: Value, operator: string): void {
    this.keep(storage);
    storage.version = ++this.versions;
    storage.writer = { operator, place: this.recorder.place };
    storage.waiting.length = 0;
    storage.base = value;
  }

  /** Runs `work` and writes into `journal` how storages were before it. */
  journaled<T>(journal: Journal, work: () => T): T {
    this.journals.push(journal);
    try {
      return work();
    } finally {
      this.journals.pop();
    }
  }

  /** What the storage of a journal was before is what it was before for the journal around it. */
  keepAll(journal: Journal): void {
    for (const [storage, before] of journal.entries) this.journals.at(-1)?.keep(storage, before);
  }

  private keep(storage: Storage): void {
    this.journals.at(-1)?.keep(storage, storage.contents);
  }

  /** The value of a whole storage, with all writes through views of it. */
  baseOf(storage: Storage): Value {
    let base = storage.base;
    if (storage.waiting.length === 0) return base;
    this.keep(storage);
    for (const write of storage.waiting) base = this.writeBack(base, write);
    storage.waiting.length = 0;
    storage.base = base;
    return base;
  }

  /** The base after a write through a view of it. */
  private writeBack(base: Value, { steps, value, place }: Write): Value {
    // The tensors between base and view, made when a scatter needs one.
    const before: Value[] = [base];
    const at = (k: number): Value => {
      const known = before[k];
      if (known) return known;
      const step = steps[k - 1];
      const made = step ? this.replay(step, at(k - 1), place) : base;
      before[k] = made;
      return made;
    };
    let result = value;
    for (let k = steps.length - 1; k >= 0; k--) {
      const step = steps[k];
      if (step) result = this.undo(step, () => at(k), result, place);
    }
    return result;
  }

  /** A view step as an operator on values. */
  private replay(step: ViewStep, value: Value, place: Place): Value {
    const { shape, dtype } = value;
    if (!shape || !dtype) return value;
    switch (step.kind) {
      case 'alias':
      case 'opaque':
        return value;
      case 'reshape':
        return this.reshape(value, step.to, place);
      case 'permute':
        return this.permute(value, step.dims, place);
      case 'expand':
        return this.recorder.value({
          op: 'expand',
          inputs: [value],
          attributes: { size: dims(step.to), implicit: { type: 'bool', value: false } },
          output: fresh(dtype, step.to),
          place,
        });
      case 'select':
        return this.recorder.value({
          op: 'select',
          overload: 'int',
          inputs: [value],
          attributes: { dim: int(step.dim), index: dim(step.index) },
          output: fresh(
            dtype,
            shape.filter((_, axis) => axis !== step.dim),
          ),
          place,
        });
      case 'slice': {
        const size = ceilDivide(subtract(step.end, step.start), step.step);
        return this.recorder.value({
          op: 'slice',
          overload: 'Tensor',
          inputs: [value],
          attributes: sliceAttributes(step),
          output: fresh(
            dtype,
            shape.map((old, axis) => (axis === step.dim ? size : old)),
          ),
          place,
        });
      }
      case 'diagonal': {
        const [rows, columns] = [shape[step.dim1], shape[step.dim2]];
        const length = minimum(add(rows, Math.min(step.offset, 0)), subtract(columns, Math.max(step.offset, 0)));
        const others = shape.filter((_, axis) => axis !== step.dim1 && axis !== step.dim2);
        return this.recorder.value({
          op: 'diagonal',
          inputs: [value],
          attributes: diagonalAttributes(step),
          output: fresh(dtype, [...others, maximum(length, 0)]),
          place,
        });
      }
    }
  }

  /** What the tensor before a step becomes when the view after it becomes `value`. */
  private undo(step: ViewStep, before: () => Value, value: Value, place: Place): Value {
    switch (step.kind) {
      case 'alias':
      case 'opaque':
      case 'expand':
        return value;
      case 'reshape':
        return this.reshape(value, step.from, place);
      case 'permute':
        return this.permute(value, inversePermutation(step.dims), place);
      case 'select':
        return this.scatter('select_scatter', before(), value, { dim: int(step.dim), index: dim(step.index) }, place);
      case 'slice': {
        const whole = before().shape;
        if (step.step === 1 && step.start === 0 && whole && sameDim(whole[step.dim], step.end)) return value;
        return this.scatter('slice_scatter', before(), value, sliceAttributes(step), place);
      }
      case 'diagonal':
        return this.scatter('diagonal_scatter', before(), value, diagonalAttributes(step), place);
    }
  }

  /** The same elements in another shape; no node where it is the same. */
  reshape(value: Value, to: Shape, place: Place): Value {
    if (!value.dtype || sameShape(value.shape, to)) return value;
    return this.recorder.value({
      op: 'reshape',
      inputs: [value],
      attributes: { shape: dims(to) },
      output: fresh(value.dtype, to),
      place,
    });
  }

  private permute(value: Value, order: readonly number[], place: Place): Value {
    const { shape } = value;
    if (!value.dtype || !shape) return value;
    const to = order.map((axis) => shape[axis]);
    return this.recorder.value({
      op: 'permute',
      inputs: [value],
      attributes: { dims: ints(order) },
      output: fresh(value.dtype, to),
      place,
    });
  }

  private scatter(op: string, base: Value, value: Value, attributes: Record<string, Attribute>, place: Place): Value {
    const { shape } = base;
    const output = shape && base.dtype ? fresh(base.dtype, shape) : undefined;
    return this.recorder.value({ op, inputs: [base, value], attributes, output, place });
  }
}

function sliceAttributes(step: Extract<ViewStep, { kind: 'slice' }>) {
  return { dim: int(step.dim), start: dim(step.start), end: dim(step.end), step: int(step.step) };
}

function diagonalAttributes(step: Extract<ViewStep, { kind: 'diagonal' }>) {
  return { offset: int(step.offset), dim1: int(step.dim1), dim2: int(step.dim2) };
}
