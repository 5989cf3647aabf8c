// Recipes: lists of what is needed.

const { convertUnit: inUnit } = require("./units.js");

class Recipe {
  constructor(parts) {
    this.parts = parts;
  }

  // Returns the same recipe with all weights in one unit.
  convert(unit) {
    const parts = this.parts.map((part) => ({
      ...part,
      amount: inUnit(part.amount, part.unit, unit),
      unit,
    }));
    return new Recipe(parts);
  }
}

module.exports = { Recipe };
