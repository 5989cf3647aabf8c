import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  commands,
  editor,
  open,
  Range,
  Selection,
  Uri,
  type CodeAction,
  type Diagnostic,
  type TextDocument,
} from "../fake/vscode.ts";
import { start, type Started } from "./start.ts";

const CODE = "def add(a, b):\n    return a + b\n";

let started: Started;

before(async () => {
  started = await start({ "sum.py": CODE });
  for (const words of [
    ["init", "-q"],
    ["config", "user.name", "Test"],
    ["config", "user.email", "test@localhost"],
    ["add", "."],
    ["commit", "-qm", "Begin"],
  ]) {
    execFileSync("git", words, { cwd: started.folder });
  }
  writeFileSync(`${started.folder}/sum.py`, CODE.replace("a + b", "a - b"));
});
after(async () => {
  await started.stop();
});

/** The newest answer. */
function answer(): string {
  const found = editor.documents.filter((one) => one.uri.scheme === "inhouse-answer").at(-1);
  return found?.getText() ?? "";
}

test("a question about a selection is answered in a document beside the code", async () => {
  const document = open(`${started.folder}/sum.py`, CODE);
  editor.active = { document, selection: new Selection(1, 4, 1, 16) };
  editor.typed.push("What does it do?");
  started.server.says.push("It **adds**. ![](http://localhost/x.png)");
  await commands.executeCommand("inhouse.ask");
  assert.deepEqual(editor.said, []);
  assert.equal(
    answer().trim(),
    "# What does it do?\n\nIt **adds**. ![](http://localhost/x.png)",
  );
  const asked = JSON.stringify(started.server.asked.at(-1));
  assert.match(asked, /return a \+ b/);
  // The Markdown preview would fetch the picture.
  assert.ok(!editor.executed.some((name) => name.startsWith("markdown.")));
});

test("what stands at the cursor is explained, as it is in the editor", async () => {
  const document = open(`${started.folder}/sum.py`, `# not saved\n${CODE}`);
  editor.active = { document, selection: new Selection(2, 4, 2, 4) };
  started.server.says.push("It adds.");
  await commands.executeCommand("inhouse.explain");
  assert.equal(answer().trim(), "# sum.py, line 3\n\nIt adds.");
  assert.match(JSON.stringify(started.server.asked.at(-1)), /Explain add in sum\.py/);
});

test("a review lists its findings as problems, with a fix that knows them", async () => {
  const finding = { line: 2, severity: "bug", text: "It subtracts." };
  started.server.says.push(JSON.stringify({ findings: [finding] }));
  editor.picked.push((items) => items[0]);
  await commands.executeCommand("inhouse.review");
  assert.deepEqual(editor.said, []);
  const [problem] = editor.problems.get(`${started.folder}/sum.py`) ?? [];
  assert.deepEqual(
    [problem?.message, problem?.severity, problem?.code, problem?.range.start.line],
    ["It subtracts.", 1, "bug", 1],
  );
  assert.ok(editor.executed.includes("workbench.actions.view.problems"));
  const document = open(`${started.folder}/sum.py`, CODE);
  const provider = editor.actions as {
    provideCodeActions(
      document: TextDocument,
      range: Range,
      context: { diagnostics: readonly (Diagnostic | undefined)[] },
    ): CodeAction[];
  };
  const context = { diagnostics: [problem] };
  const [fix] = provider.provideCodeActions(document, new Range(1, 0, 1, 0), context);
  started.server.says.push("```python\ndef add(a, b):\n    return a + 0 + b\n```\n");
  await commands.executeCommand("inhouse.edit", ...(fix?.command?.arguments ?? []));
  assert.match(JSON.stringify(started.server.asked.at(-1)), /Fix this: It subtracts\./);
  assert.ok(await commands.executeCommand("inhouse.acceptEdit"));
  assert.match(document.getText(), /a \+ 0 \+ b/);
  await commands.executeCommand("inhouse.clearReview");
  assert.equal(editor.problems.size, 0);
});

test("a commit message is written into the box, and mentions what stood there", async () => {
  const box = { value: "fix the sum" };
  editor.repositories = [
    { rootUri: Uri.file(started.folder), inputBox: box, state: { indexChanges: [] } },
  ];
  started.server.says.push('{"subject": "Subtract instead of adding", "body": ""}');
  await commands.executeCommand("inhouse.commitMessage");
  assert.deepEqual(editor.said, []);
  assert.match(box.value, /^Subtract instead of adding/);
  assert.match(JSON.stringify(started.server.asked.at(-1)), /fix the sum/);
});

test("the chat is a terminal without a shell; a file is mentioned, not sent", async () => {
  const document = open(`${started.folder}/sum.py`, CODE);
  editor.active = { document, selection: new Selection(0, 0, 1, 4) };
  await commands.executeCommand("inhouse.mention");
  await commands.executeCommand("inhouse.chat");
  assert.equal(editor.terminals.length, 1);
  const [terminal] = editor.terminals;
  assert.equal(terminal?.options["shellPath"], editor.settings.get("inhouse.command"));
  assert.deepEqual(terminal?.options["shellArgs"], ["--endpoint", started.server.url]);
  assert.equal(terminal.options["cwd"], started.folder);
  assert.deepEqual(terminal.sent, ["@sum.py (lines 1 to 2) "]);
});

test("what runs programs in the folder waits for trust", async () => {
  const known = editor.terminals.length;
  const asked = started.server.asked.length;
  editor.said.length = 0;
  editor.trusted = false;
  for (const name of ["chat", "continueChat", "mention", "review", "commitMessage"]) {
    await commands.executeCommand(`inhouse.${name}`);
  }
  editor.trusted = true;
  assert.equal(editor.said.filter((text) => text.includes("Restricted Mode")).length, 5);
  assert.deepEqual([editor.terminals.length, started.server.asked.length], [known, asked]);
});

test("a name cannot press keys in the chat", async () => {
  editor.active = {
    document: open(`${started.folder}/a\r\u001b[200~!rm.py`, CODE),
    selection: new Selection(0, 0, 0, 0),
  };
  await commands.executeCommand("inhouse.mention");
  assert.equal(editor.terminals.at(-1)?.sent.at(-1), "@a[200~!rm.py ");
});

test("a model is chosen from a list", async () => {
  editor.said.length = 0;
  editor.picked.push((items) => items[0]);
  await commands.executeCommand("inhouse.chooseModel");
  assert.equal(editor.settings.get("inhouse.model"), "");
  assert.deepEqual(editor.said, []);
});

test("the menu switches completion off for a language, and on again", async () => {
  open(`${started.folder}/sum.py`, CODE);
  for (const wanted of [false, true]) {
    editor.picked.push((items) => items.find((one) => one.label.endsWith("for python")));
    await commands.executeCommand("inhouse.menu");
    assert.deepEqual(editor.settings.get("inhouse.completion.languages"), { python: wanted });
  }
});
