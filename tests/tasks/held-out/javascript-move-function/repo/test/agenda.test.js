import assert from "node:assert";
import test from "node:test";
import { agenda, describeBreak, parseDuration, parseWith } from "../src/index.js";

test("entries follow each other", () => {
  assert.deepStrictEqual(agenda([["tea", "15m"], ["work", "3h"]]), ["9:00 tea", "9:15 work"]);
});

test("breaks have durations", async () => {
  assert.strictEqual(describeBreak("15m"), "break of 0:15");
  assert.strictEqual(await parseWith("legacy", "1:30"), await parseWith("current", "90m"));
  assert.strictEqual(parseDuration("1m"), 60);
});
