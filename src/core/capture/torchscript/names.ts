/** Names of classes and attributes as people read them. */

/** A class name as its author wrote it: `torch.nn.modules.conv.Conv2d`. */
export function readableClass(className: string): string {
  return className.replace(/^__torch__\./, '').replace(/___torch_mangle_\d+\./g, '');
}

/** The path of an attribute of what `path` leads to; the root has no name. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
