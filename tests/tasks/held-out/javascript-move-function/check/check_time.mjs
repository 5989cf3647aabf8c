import assert from "node:assert";
import fs from "node:fs";

import * as legacy from "./src/legacy.js";
import * as offered from "./src/index.js";
import * as parse from "./src/parse.js";
import * as time from "./src/time.js";

assert.strictEqual(parse.parseDuration("2h 5m 1s"), 7501);
assert.strictEqual(parse.parseDuration(""), 0);
assert.deepStrictEqual(Object.keys(time).sort(), ["HOUR", "MINUTE", "formatTime"]);
assert.strictEqual(offered.parseDuration, parse.parseDuration);
const names = ["HOUR", "MINUTE", "agenda", "describeBreak", "formatTime", "parseDuration", "parseWith"];
assert.deepStrictEqual(Object.keys(offered).sort(), names);

assert.deepStrictEqual(offered.agenda([["tea", "1h 5m"], ["work", "3h"]], 0), ["0:00 tea", "1:05 work"]);
assert.strictEqual(offered.describeBreak("59s"), "no break");
assert.strictEqual(offered.describeBreak("2h"), "break of 2:00");
assert.strictEqual(await offered.parseWith("current", "2m"), 120);
assert.strictEqual(await offered.parseWith("legacy", "0:02"), 120);
assert.strictEqual(legacy.parseDuration("1:00"), 3600);

const left = fs.readFileSync("src/time.js", "utf8");
assert.ok(!/\b(PATTERN|SECONDS|parseDuration)\b/.test(left), "src/time.js keeps what only parseDuration needs");
const moved = fs.readFileSync("src/parse.js", "utf8");
assert.ok(!/\b(const|let|var) (HOUR|MINUTE)\b/.test(moved), "there are two definitions of an hour");

// The repository's own tests run with these when they are loaded.
let tests = 0;
for (const file of fs.readdirSync("test")) {
  tests += fs.readFileSync(`test/${file}`, "utf8").split(/\btest\(/).length - 1;
  await import(`./test/${file}`);
}
assert.ok(tests >= 4, "a test is gone");
