/** The messages of one Caffe dialect as tables: they drive its readers, its writers and what rules may put into a layer. */

export type ScalarName = 'int32' | 'int64' | 'uint32' | 'uint64' | 'float' | 'double' | 'bool' | 'string' | 'bytes';

export type CaffeFieldType =
  | { readonly kind: 'scalar'; readonly name: ScalarName }
  | { readonly kind: 'enum'; readonly name: string; readonly numbers: ReadonlyMap<string, number> }
  | { readonly kind: 'message'; readonly message: CaffeMessage };

export interface CaffeField {
  readonly name: string;
  readonly number: number;
  readonly type: CaffeFieldType;
  readonly repeated: boolean;
  readonly packed: boolean;
  readonly required: boolean;
  /** What an absent field means, where the schema says so. */
  readonly otherwise?: string | number | boolean;
}

export interface CaffeMessage {
  readonly name: string;
  readonly fields: ReadonlyMap<string, CaffeField>;
  readonly byNumber: ReadonlyMap<number, CaffeField>;
}

/** The schema of one dialect, by the messages that everything hangs on. */
export interface CaffeSchema {
  readonly net: CaffeMessage;
  readonly layer: CaffeMessage;
  readonly blob: CaffeMessage;
}

/** The field at a path such as `pooling_param.round_mode`, counted from a message; undefined where there is none. */
export function fieldAt(message: CaffeMessage, path: string): CaffeField | undefined {
  const [first = '', ...rest] = path.replaceAll(/\[\d+\]/g, '').split('.');
  const field = message.fields.get(first);
  if (rest.length === 0 || !field) return field;
  return field.type.kind === 'message' ? fieldAt(field.type.message, rest.join('.')) : undefined;
}
