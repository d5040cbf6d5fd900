/** A model as the panel draws it: groups that unfold, their items and edges, and where a node stands. */
import type { GroupId, ModelId, NodeId, ValueId } from './identifiers.ts';
import type { PlacedProblem } from './problems.ts';

export interface ModelSummary {
  readonly id: ModelId;
  readonly path: string;
  /** What the file is: `ONNX`, `TorchScript`, `PyTorch export (.pt2)`. */
  readonly format: string;
  readonly dialect: 'onnx' | 'aten' | 'caffe';
  readonly fileBytes: number;
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
  /** Domain to version; `ai.onnx` for the default one. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly nodeCount: number;
  readonly parameterCount: number;
  readonly parameterBytes: number;
  /** How often each operator stands in the model, most frequent first. */
  readonly operators: readonly { readonly operator: string; readonly count: number }[];
  readonly producer: string;
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly documentation: string;
  /** The graphs that one can look at: the model's first, then its functions. */
  readonly roots: readonly { readonly group: GroupId; readonly title: string; readonly nodeCount: number }[];
  /** What was wrong already while the file was read, for whatever target. */
  readonly problems: readonly PlacedProblem[];
}

export interface ValueSummary {
  readonly id: ValueId;
  readonly name: string;
  /** `float32[1, 3, h, w]`. */
  readonly type: string;
}

/** What stands in one group: items, and edges between them and across the group's border. */
export interface GroupContent {
  readonly group: GroupId;
  readonly items: readonly GraphItem[];
  /** From item to item, both in this group; never in a circle. One for each value and reader. */
  readonly edges: readonly GraphEdge[];
  /** Values from outside that items read. */
  readonly enters: readonly { readonly value: ValueId; readonly to: string }[];
  /** Values of items that are read outside. */
  readonly leaves: readonly { readonly value: ValueId; readonly from: string; readonly label: string }[];
}

export interface GraphEdge {
  readonly value: ValueId;
  readonly from: string;
  readonly to: string;
  /** The shape, as short as can be: `1×64×56×56`. */
  readonly label: string;
}

/** `id` is unique in the model: a NodeId for nodes, a GroupId for groups. */
export type GraphItem = NodeItem | GroupItem | BorderItem;

export interface NodeItem {
  readonly kind: 'node';
  readonly id: NodeId;
  readonly name: string;
  /** `Conv`, `aten::conv2d`. */
  readonly operator: string;
  readonly category: OperatorCategory;
  /** The last part of the module's path (`conv1`), where the node is all that the module does here. */
  readonly module: string;
  /** Key hyperparameters, ready to show: `3×3`, `stride 2`. */
  readonly hyperparameters: readonly string[];
  /** Constant inputs: `weight 64×3×7×7`; of a single number, that number stands for the shape. */
  readonly parameters: readonly { readonly name: string; readonly shape: string }[];
}

export interface GroupItem {
  readonly kind: 'group';
  readonly id: GroupId;
  /** The module's path (`layer1.0`), the node's operator (`If`) or the name of its body (`then_branch`). */
  readonly title: string;
  /** The module's class, where it is known. */
  readonly subtitle: string;
  /** What it stands for: a module; a node that holds graphs; one of those graphs; a stretch of a long list. */
  readonly of: 'module' | 'node' | 'body' | 'stretch';
  /** The node, where it stands for one. */
  readonly node?: NodeId;
  /** All nodes within, at any depth. */
  readonly nodeCount: number;
}

export interface BorderItem {
  readonly kind: 'input' | 'output';
  readonly id: string;
  readonly value: ValueId;
  readonly name: string;
  readonly type: string;
}

/** What colours a node. */
export type OperatorCategory =
  | 'convolution'
  | 'linear'
  | 'normalization'
  | 'activation'
  | 'pooling'
  | 'attention'
  | 'arithmetic'
  | 'reduction'
  | 'shape'
  | 'data'
  | 'control'
  | 'quantization'
  | 'custom'
  | 'other';

export interface NodePlace {
  readonly node: NodeId;
  readonly label: string;
  /** The graph it stands in (one of the summary's roots). */
  readonly root: GroupId;
  /** The groups to unfold to see it, outermost first, without the root. */
  readonly groups: readonly GroupId[];
}

export interface SearchHit {
  readonly kind: 'node' | 'group' | 'value';
  /** The item to show: a node or a group. */
  readonly item: string;
  /** What matched: the node's name, the module's path, the tensor's name. */
  readonly text: string;
  /** The operator, or the module's class. */
  readonly detail: string;
  readonly root: GroupId;
  readonly groups: readonly GroupId[];
}

export interface SearchPage {
  readonly total: number;
  readonly hits: readonly SearchHit[];
}
