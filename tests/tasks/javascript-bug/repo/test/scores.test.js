const test = require("node:test");
const assert = require("node:assert");
const { sortScores, topScores } = require("../src/scores.js");

test("sorts by number, highest first", () => {
  assert.deepStrictEqual(sortScores([9, 100, 25]), [100, 25, 9]);
});

test("takes the best ones", () => {
  assert.deepStrictEqual(topScores([5, 7, 6], 2), [7, 6]);
});
