/**
 * A target profile: what a runtime or a converter says it takes of ONNX, as data. What its sources do not say is absent, which
 * means "not known", never "anything": `covers` says which kinds of facts there are.
 */
import type { DataType } from '../ir/dtype.ts';

/** Where facts were read. */
export interface ProfileSource {
  readonly title: string;
  readonly url: string;
  /** A release, or a commit. */
  readonly version: string;
  /** The day of that version, or the day on which it was read; year-month-day. */
  readonly date: string;
}

/** The kinds of facts that a profile may have. */
export const ASPECTS = {
  operators: 'operators',
  versions: 'versions of operators',
  dtypes: 'element types',
  attributes: 'attributes and constant inputs',
  ranks: 'ranks and sizes',
  'dynamic-shapes': 'open sizes',
  'ir-version': 'IR versions',
} as const;

export type Aspect = keyof typeof ASPECTS;

/** The least and the most of something, both taken. */
export type Span = readonly [least: number, most: number];

/** Which values an attribute may have: some, each element of a list among them (none: it must not be given); or numbers between two. */
export type AttributeLimit = readonly (number | string)[] | { readonly least?: number; readonly most?: number };

/** How an operator is taken, in some of its versions. What is absent is not limited, as far as the sources say. */
export interface OperatorLimits {
  /** Versions (the opsets that brought them); all in the target's range where absent. */
  readonly versions?: readonly number[];
  /** Types by type variable of the schema: numpy's names, `seq(...)`, `optional(...)`. */
  readonly types?: Readonly<Record<string, readonly string[]>>;
  /** Element types of what it works on: its first input, or its first output where it has no inputs. */
  readonly dtypes?: readonly DataType[];
  readonly attributes?: Readonly<Record<string, AttributeLimit>>;
  /** Inputs that must be constants, by their names in the schema. */
  readonly constants?: readonly string[];
  /** Inputs that must be constants of nothing but zeros. */
  readonly zeros?: readonly string[];
  /** Inputs that must be left out. */
  readonly absent?: readonly string[];
  /** How many axes its first input has. */
  readonly ranks?: Span;
  /** Sizes of axes of its first input, counted from 0. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** How many of its outputs may be used. */
  readonly outputs?: number;
  /** Conditions that nothing here checks, in words. */
  readonly unchecked?: string;
}

/** The limits of operators by name: `Conv` of ai.onnx, `ai.onnx.ml::Scaler`. */
export type OperatorTable = ReadonlyMap<string, readonly OperatorLimits[]>;

export interface Profile {
  /** As `--to onnx:NAME` asks for it; the path of a user's own file. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly sources: readonly ProfileSource[];
  readonly covers: readonly Aspect[];
  /** By domain, `''` for ai.onnx. */
  readonly opsets: ReadonlyMap<string, Span>;
  /** The newest IR version that is read. */
  readonly irVersion?: number;
  /** Domains of which the sources say nothing: other domains without a row here are not taken. */
  readonly openDomains: readonly string[];
  /** Whether functions of the model are read. */
  readonly functions?: boolean;
  /** Whether graph inputs may have open sizes. */
  readonly dynamicShapes?: boolean;
  /** How many axes values have. */
  readonly ranks?: Span;
  /** Element types that are read as others, with whatever does not fit clamped. */
  readonly narrows: Readonly<Record<string, string>>;
  readonly operators: OperatorTable;
}

/** The name of an operator in a profile. */
export function operatorKey(domain: string, op: string): string {
  return domain === '' ? op : `${domain}::${op}`;
}

/** The limits of one version of an operator; undefined where that version is not taken. */
export function limitsOf(rows: readonly OperatorLimits[], since: number): OperatorLimits | undefined {
  return rows.find(({ versions }) => versions === undefined || versions.includes(since));
}
