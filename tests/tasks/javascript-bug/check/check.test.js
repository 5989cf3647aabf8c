const test = require("node:test");
const assert = require("node:assert");
const { sortScores, topScores } = require("./src/scores.js");

test("negative numbers and fractions", () => {
  assert.deepStrictEqual(sortScores([-1, -20, 3.5, 30]), [30, 3.5, -1, -20]);
});

test("the caller's list is left alone", () => {
  const scores = [1, 2, 3];
  sortScores(scores);
  assert.deepStrictEqual(scores, [1, 2, 3]);
});

test("the best of large numbers", () => {
  assert.deepStrictEqual(topScores([8, 1000, 90], 2), [1000, 90]);
});
