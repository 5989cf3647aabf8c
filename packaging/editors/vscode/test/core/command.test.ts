import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { readEdited, readFinding, readMessage, readModels } from "../../src/core/answers.ts";
import { findCommand } from "../../src/core/command.ts";
import { askWords, editWords, reviewWords } from "../../src/core/request.ts";

const PLAIN = { command: "inhouse", model: "", endpoint: "" };

test("a program of the opened folder is never taken for the command", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "inhouse-path-"));
  const before = process.cwd();
  context.after(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, "bin"));
  for (const file of [join(folder, "program-x"), join(folder, "bin", "program-x")]) {
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, 0o755);
  }
  process.chdir(folder);
  for (const path of [".", "", "bin", `.${delimiter}${delimiter}bin`]) {
    assert.equal(findCommand("program-x", { PATH: path }), undefined);
  }
  assert.equal(findCommand("./program-x", { PATH: folder }), undefined);
  assert.equal(findCommand("bin/program-x", { PATH: folder }), undefined);
  assert.equal(findCommand("program-x", { PATH: folder }), join(folder, "program-x"));
  assert.equal(findCommand(join(folder, "program-x"), {}), join(folder, "program-x"));
  assert.equal(findCommand(folder, {}), undefined);
});

test("what a person or a file name says is no flag", () => {
  for (const words of [
    editWords(PLAIN, "--in-place", { first: 1, last: 2 }, "--json"),
    askWords(PLAIN, "--help"),
    reviewWords(PLAIN, { range: "--output=x" }),
  ]) {
    const end = words.indexOf("--");
    assert.ok(end > 0);
    assert.ok(words.slice(end).some((word) => word.startsWith("--") && word !== "--"));
  }
  const named = editWords({ ...PLAIN, model: "m", endpoint: "u" }, "a.py", { first: 1, last: 2 }, "x");
  assert.deepEqual(named.slice(-7), ["--model", "m", "--endpoint", "u", "--", "a.py:1-2", "x"]);
});

test("answers are read with care", () => {
  assert.deepEqual(readEdited('{"text": "new", "error": null}'), { text: "new" });
  assert.deepEqual(readEdited('{"text": "old", "error": "No."}'), { problem: "No." });
  assert.ok("problem" in readEdited("no JSON"));
  assert.ok("problem" in readEdited('{"text": 3}'));
  assert.equal(readMessage('{"subject": "One", "body": "Two."}'), "One\n\nTwo.");
  assert.equal(readMessage("nothing"), "");
});

test("a finding stays below its folder, on a line that exists", () => {
  const finding = { type: "finding", path: "a/b.py", line: 0, severity: "bug", text: "Wrong." };
  assert.equal(readFinding(finding)?.line, 1);
  for (const path of ["/etc/passwd", "../x.py", "a/../../x.py", ""]) {
    assert.equal(readFinding({ ...finding, path }), undefined);
  }
  assert.equal(readFinding({ type: "result" }), undefined);
});

test("models are those that are here", () => {
  const table =
    "NAME   SIZE     HERE  WHAT\nsmall  491 MB   yes   Small One\nlarge  20.0 GB  no    Large One\n";
  assert.deepEqual(readModels(table), [{ name: "small", what: "Small One" }]);
  assert.deepEqual(readModels("anything else"), []);
});
