/** Names of blobs and layers of a network, so that what is added gets others. */
import type { Graph } from '../../ir/graph.ts';

export class Names {
  private taken: Set<string> | undefined;

  constructor(private readonly graph: Graph) {}

  /** The name, or the same with a number behind it where there is one of that name. */
  fresh(wanted: string): string {
    this.taken ??= namesOf(this.graph);
    let name = wanted;
    for (let count = 2; this.taken.has(name); count++) name = `${wanted}_${count}`;
    this.taken.add(name);
    return name;
  }
}

function namesOf({ inputs, nodes }: Graph): Set<string> {
  const taken = new Set(inputs.flatMap(({ name }) => name ?? []));
  for (const { name, outputs } of nodes)
    for (const each of [name, ...outputs.map((value) => value.name)]) if (each !== undefined) taken.add(each);
  return taken;
}
