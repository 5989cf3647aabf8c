const test = require("node:test");
const assert = require("node:assert");
const units = require("../src/units.js");
const { convert } = require("../src/index.js");

test("converts weights", () => {
  assert.strictEqual(convert(2, "kg", "g"), 2000);
  assert.strictEqual(units.convertAll(1, "kg").g, 1000);
});

for (const name of ["convert", "convertAll"]) {
  test(`${name} refuses unknown units`, () => {
    assert.throws(() => units[name](1, "stone", "g"), RangeError);
  });
}
