/** Reviews changes: findings become problems of their files, with a fix that inhouse writes. */

import { join } from "node:path";
import * as vscode from "vscode";
import { readFinding, type Finding } from "../core/answers.ts";
import { LineReader } from "../core/lines.ts";
import { reviewWords, type ReviewScope } from "../core/request.ts";
import type { EditWish } from "./editing.ts";
import { chooseFolder } from "./place.ts";
import type { Errands } from "./running.ts";
import { commandSettings } from "./settings.ts";

const SOURCE = "inhouse";
const NO_FOLDER = "Open a folder with a git repository to review its changes.";

/** Bugs are warnings, since a model may be wrong; hints would not be listed as problems. */
const SEVERITIES: Readonly<Record<string, vscode.DiagnosticSeverity>> = {
  bug: vscode.DiagnosticSeverity.Warning,
};

interface ScopeItem extends vscode.QuickPickItem {
  readonly scope: ReviewScope | undefined;
}

const SCOPES: readonly ScopeItem[] = [
  {
    label: "Uncommitted changes",
    description: "what differs from the last commit",
    scope: { range: "HEAD" },
  },
  { label: "Staged changes", description: "what would be committed", scope: { staged: true } },
  { label: "Last commit", description: "HEAD~1..HEAD", scope: { range: "HEAD~1..HEAD" } },
  { label: "A range…", description: "commits as git names them: main..HEAD", scope: undefined },
];

/** Runs reviews and holds their findings. */
export class Reviewing implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly errands: Errands;
  private readonly problems = vscode.languages.createDiagnosticCollection(SOURCE);

  constructor(errands: Errands) {
    this.errands = errands;
  }

  /** Ask what to review and list what is found, as it is found. */
  async review(): Promise<void> {
    const folder = await chooseFolder();
    if (folder === undefined) {
      await vscode.window.showInformationMessage(`inhouse: ${NO_FOLDER}`);
      return;
    }
    const scope = await chooseScope();
    if (scope === undefined) {
      return;
    }
    this.clear();
    const found = new Map<string, vscode.Diagnostic[]>();
    const lines = new LineReader(
      (fields) => {
        const finding = readFinding(fields);
        if (finding !== undefined) {
          this.add(folder, finding, found);
        }
      },
      () => undefined,
    );
    const outcome = await this.errands.run({
      title: "reviewing",
      folder,
      words: reviewWords(commandSettings(), scope),
      heard: (piece) => {
        lines.take(piece);
      },
    });
    lines.end();
    if (outcome !== undefined) {
      await this.report([...found.values()].flat().length);
    }
  }

  /** Forget all findings. */
  clear(): void {
    this.problems.clear();
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return context.diagnostics
      .filter((one) => one.source === SOURCE)
      .map((one) => {
        const action = new vscode.CodeAction("Fix with inhouse", vscode.CodeActionKind.QuickFix);
        const instruction = `Fix this: ${one.message}`;
        // Without a width the edit takes the whole function or class around the line.
        const range = new vscode.Range(one.range.start, one.range.start);
        const wish: EditWish = { instruction, range };
        action.diagnostics = [one];
        action.command = { command: "inhouse.edit", title: "Fix", arguments: [wish, document.uri] };
        return action;
      });
  }

  dispose(): void {
    this.problems.dispose();
  }

  private add(folder: string, finding: Finding, found: Map<string, vscode.Diagnostic[]>): void {
    const range = new vscode.Range(finding.line - 1, 0, finding.line - 1, 10_000);
    const severity = SEVERITIES[finding.severity] ?? vscode.DiagnosticSeverity.Information;
    const diagnostic = new vscode.Diagnostic(range, finding.text, severity);
    diagnostic.source = SOURCE;
    diagnostic.code = finding.severity;
    const known = found.get(finding.path) ?? [];
    known.push(diagnostic);
    found.set(finding.path, known);
    this.problems.set(vscode.Uri.file(join(folder, finding.path)), known);
  }

  private async report(count: number): Promise<void> {
    if (count === 0) {
      void vscode.window.showInformationMessage("inhouse: nothing found.");
    } else {
      await vscode.commands.executeCommand("workbench.actions.view.problems");
    }
  }
}

async function chooseScope(): Promise<ReviewScope | undefined> {
  const chosen = await vscode.window.showQuickPick(SCOPES, { title: "Review" });
  if (chosen === undefined || chosen.scope !== undefined) {
    return chosen?.scope;
  }
  const range = await vscode.window.showInputBox({
    title: "Review",
    prompt: "Commits as git names them",
    placeHolder: "main..HEAD",
  });
  return range === undefined || range.trim() === "" ? undefined : { range: range.trim() };
}
