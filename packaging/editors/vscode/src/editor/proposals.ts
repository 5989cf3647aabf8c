/** Proposed edits as virtual documents: shown in the editor's own diff, accepted or rejected there. */

import * as vscode from "vscode";
import type { Proposal } from "../core/proposal.ts";

export const SCHEME = "inhouse-proposal";

const OVERTAKEN =
  "The text was changed in the same place meanwhile, so the edit cannot be applied. Run it again.";

interface Shown {
  readonly target: vscode.Uri;
  readonly proposal: Proposal;
}

/** Holds the proposals that are open. */
export class Proposals implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly shown = new Map<string, Shown>();
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly listening: vscode.Disposable[];
  private count = 0;
  readonly onDidChange = this.changes.event;

  constructor() {
    this.listening = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.shown.delete(document.uri.toString());
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.follow(event.document);
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const found = this.shown.get(uri.toString());
    return found === undefined ? "" : found.proposal.previewOf(textOf(found.target));
  }

  /** Show a proposal beside the text that it is for. */
  async show(target: vscode.Uri, proposal: Proposal): Promise<void> {
    this.count += 1;
    // The path ends as the target's does, so that it has its language.
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: target.path.startsWith("/") ? target.path : `/${target.path}`,
      query: String(this.count),
    });
    this.shown.set(uri.toString(), { target, proposal });
    const name = target.path.split("/").at(-1) ?? "";
    const title = `${name}: ${shorten(proposal.instruction)}`;
    await vscode.commands.executeCommand("vscode.diff", target, uri, title, { preview: true });
  }

  /** Write the proposal into its document. False when there is none or it no longer fits. */
  async accept(uri: vscode.Uri | undefined): Promise<boolean> {
    const found = this.find(uri);
    if (found === undefined) {
      return false;
    }
    const { target, proposal } = found[1];
    const document = await vscode.workspace.openTextDocument(target);
    const wanted = proposal.forText(document.getText());
    if (wanted === undefined) {
      void vscode.window.showWarningMessage(`inhouse: ${OVERTAKEN}`);
      return false;
    }
    const range = new vscode.Range(
      document.positionAt(wanted.start),
      document.positionAt(wanted.end),
    );
    const edit = new vscode.WorkspaceEdit();
    edit.replace(target, range, wanted.text);
    if (!(await vscode.workspace.applyEdit(edit))) {
      void vscode.window.showWarningMessage(`inhouse: ${document.fileName} cannot be changed.`);
      return false;
    }
    await this.close(found[0]);
    await vscode.window.showTextDocument(document);
    return true;
  }

  /** Put the proposal away. */
  async reject(uri: vscode.Uri | undefined): Promise<void> {
    const found = this.find(uri);
    if (found !== undefined) {
      await this.close(found[0]);
    }
  }

  dispose(): void {
    this.listening.forEach((one) => void one.dispose());
    this.changes.dispose();
  }

  /** The proposal of a virtual document, or of the diff that is looked at. */
  private find(uri: vscode.Uri | undefined): [string, Shown] | undefined {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const looked = input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
    const name = (uri?.scheme === SCHEME ? uri : looked)?.toString() ?? "";
    const shown = this.shown.get(name);
    return shown === undefined ? undefined : [name, shown];
  }

  private async close(name: string): Promise<void> {
    this.shown.delete(name);
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(
        ({ input }) =>
          input instanceof vscode.TabInputTextDiff && input.modified.toString() === name,
      );
    await vscode.window.tabGroups.close(tabs);
  }

  private follow(document: vscode.TextDocument): void {
    for (const [name, { target }] of this.shown) {
      if (target.toString() === document.uri.toString()) {
        this.changes.fire(vscode.Uri.parse(name));
      }
    }
  }
}

function textOf(target: vscode.Uri): string {
  const wanted = target.toString();
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === wanted);
  return document?.getText() ?? "";
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 50 ? `${line.slice(0, 49)}…` : line;
}
