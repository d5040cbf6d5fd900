/** Symbols of an exported program that no input has alone, as in `dynamic_shapes={"x": {0: 2 * Dim("half")}}`. */
import { fresh } from '../../dialects/aten/rule.ts';
import { Expression } from '../../ir/expression.ts';
import type { Operators } from '../operators/operators.ts';

/** Declares those that follow from a size of an input: `half` is the size of x by 2. */
export function declareDerived(operators: Operators): void {
  const { scalars, recorder } = operators;
  const { symbols, graph } = recorder;
  const sizes = graph.inputs.flatMap((input) =>
    (input.shape ?? []).flatMap((size, axis) => (size instanceof Expression ? [{ input, axis, size }] : [])),
  );
  for (const { input, axis, size } of sizes) {
    const [name, ...others] = [...size.symbols()].filter((each) => !symbols.has(each));
    if (name === undefined || others.length > 0) continue;
    const at = (number: number) => size.substitute(new Map([[name, number]]));
    const [offset, factor] = [at(0), at(1).minus(at(0)).constant()];
    if (factor === undefined) continue;
    if (!offset.plus(Expression.symbol(name).times(Expression.of(factor))).equals(size)) continue;
    const whole = operators.fresh(scalars.sizeOf(input, axis), fresh('int64', []));
    const rest = operators.tensorCall('sub', [whole, scalars.tensorOf(scalars.ofSize(offset.simplified()))]);
    const found = operators.read(operators.tensorCall('floor_divide', [rest, BigInt(factor)]));
    symbols.declare(name, () => found);
  }
}
