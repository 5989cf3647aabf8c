const test = require("node:test");
const assert = require("node:assert");
const currency = require("../src/currency.js");
const { answer } = require("../src/index.js");

test("weights, prices and recipes", () => {
  const parts = [{ name: "flour", amount: 1, unit: "kg" }];
  assert.strictEqual(answer("/convert", { amount: 1, from: "kg", to: "g" }).value, 1000);
  assert.strictEqual(answer("/exchange", { amount: 2, from: "EUR", to: "USD" }).value, 2.5);
  assert.strictEqual(answer("/recipe", { parts, to: "g" }).value[0].amount, 1000);
});

test("prices have a function of their own", () => {
  assert.strictEqual(currency.convert(1, "EUR", "CHF"), 0.5);
});
