// Answers requests: an address and its parameters.

const currency = require("./currency.js");
const units = require("./units.js");
const { Recipe } = require("./recipe.js");

const routes = {
  "/convert": ({ amount, from, to }) => units.convert(amount, from, to),
  "/exchange": ({ amount, from, to }) => currency.convert(amount, from, to),
  "/recipe": ({ parts, to }) => new Recipe(parts).convert(to).parts,
};

function answer(address, parameters) {
  const route = routes[address];
  return route ? { status: 200, value: route(parameters) } : { status: 404 };
}

module.exports = { answer };
