// What the package offers.

const { convert: convertPrice } = require("./currency.js");
const { convert, convertAll } = require("./units.js");
const { Recipe } = require("./recipe.js");
const { answer } = require("./server.js");

module.exports = { Recipe, answer, convert, convertAll, convertPrice };
