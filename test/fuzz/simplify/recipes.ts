/** What is added to a growing model: which recipe, by chance. */
import type { Grow } from './grow.ts';
import type { Recipe } from './operators/recipe.ts';
import { OPERATORS } from './operators.ts';

export const operator: Recipe = (grow) => weighted(grow, OPERATORS)(grow);

/** One of the recipes, the likelier the larger its number. */
export function weighted(grow: Grow, recipes: readonly (readonly [Recipe, number])[]): Recipe {
  let at = grow.chance.number() * recipes.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [recipe, weight] of recipes) {
    at -= weight;
    if (at < 0) return recipe;
  }
  return operator;
}
