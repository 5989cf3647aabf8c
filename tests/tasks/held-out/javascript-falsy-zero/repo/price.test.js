const test = require("node:test");
const assert = require("node:assert");
const { formatPrice } = require("./price.js");

test("an ordinary price", () => {
  assert.strictEqual(formatPrice(2.5, "EUR"), "2.50 EUR");
});

test("a thing may be free", () => {
  assert.strictEqual(formatPrice(0), "0.00");
});

test("a missing price is unknown", () => {
  assert.strictEqual(formatPrice(undefined), "unknown");
});
