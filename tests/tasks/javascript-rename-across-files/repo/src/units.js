// Weights, all of them in grams.

const GRAMS = { g: 1, kg: 1000, oz: 28.35, lb: 453.6 };

// Returns an amount in another unit.
function convert(amount, from, to) {
  if (!(from in GRAMS) || !(to in GRAMS)) {
    throw new RangeError(`convert: unknown unit ${from in GRAMS ? to : from}`);
  }
  return (amount * GRAMS[from]) / GRAMS[to];
}

// Returns an amount in all units.
function convertAll(amount, from) {
  return Object.fromEntries(Object.keys(GRAMS).map((to) => [to, convert(amount, from, to)]));
}

module.exports = { GRAMS, convert, convertAll };
