/** Asks and explains: the answer is written into a document beside the code while it comes. */

import { StringDecoder } from "node:string_decoder";
import * as vscode from "vscode";
import { askWords, explainWords } from "../core/request.ts";
import { chooseFolder, isWritten, placeOf } from "./place.ts";
import type { Errand, Errands } from "./running.ts";
import { commandSettings } from "./settings.ts";

export const SCHEME = "inhouse-answer";

const NOWHERE = "Open a file and put the cursor on what is to be explained.";

/**
 * Holds answers as read-only documents. They are shown as text, not in the Markdown preview: that
 * would fetch pictures that an answer names, and so let a file that was read speak to the network.
 */
export class Answers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly errands: Errands;
  private readonly texts = new Map<string, string>();
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly listening: vscode.Disposable[];
  private count = 0;
  readonly onDidChange = this.changes.event;

  constructor(errands: Errands) {
    this.errands = errands;
    this.listening = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.texts.delete(document.uri.toString());
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Ask a question about the folder, and about the selection where there is one. */
  async ask(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const folder =
      (await chooseFolder()) ??
      (editor === undefined ? undefined : placeOf(editor.document.uri).folder);
    if (folder === undefined) {
      await vscode.window.showInformationMessage("inhouse: open a folder or a file to ask about.");
      return;
    }
    const selected =
      editor === undefined || editor.selection.isEmpty || !isWritten(editor.document)
        ? undefined
        : editor.document.getText(editor.selection);
    const question = await vscode.window.showInputBox({
      title: selected === undefined ? "Ask about this folder" : "Ask about the selection",
      prompt: "Nothing is changed.",
      placeHolder: "Where are the settings read?",
    });
    if (question === undefined || question.trim() === "") {
      return;
    }
    await this.answer(question, {
      title: question,
      folder,
      words: askWords(commandSettings(), question),
      ...(selected === undefined ? {} : { input: selected }),
    });
  }

  /** Explain the selected lines, or the function or class around the cursor. */
  async explain(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || !isWritten(editor.document)) {
      await vscode.window.showInformationMessage(`inhouse: ${NOWHERE}`);
      return;
    }
    const place = placeOf(editor.document.uri);
    const { start, end } = editor.selection;
    const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
    const lines = { first: start.line + 1, last: last + 1 };
    await this.answer(`${place.file}, line ${String(lines.first)}`, {
      title: "explaining",
      folder: place.folder,
      words: explainWords(commandSettings(), place.file, lines),
      input: editor.document.getText(),
    });
  }

  dispose(): void {
    this.listening.forEach((one) => void one.dispose());
    this.changes.dispose();
  }

  private async answer(title: string, errand: Errand): Promise<void> {
    this.count += 1;
    const path = `/inhouse ${String(this.count)}.md`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    const name = uri.toString();
    this.texts.set(name, `# ${title}\n\n…\n`);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
    const decoder = new StringDecoder("utf8");
    let text = "";
    const outcome = await this.errands.run({
      ...errand,
      heard: (piece) => {
        text += decoder.write(piece);
        this.write(uri, `# ${title}\n\n${text}`);
      },
    });
    const end = outcome === undefined ? "\n\n(It ended here.)\n" : "";
    this.write(uri, `# ${title}\n\n${text}${end}`);
  }

  private write(uri: vscode.Uri, text: string): void {
    if (this.texts.has(uri.toString())) {
      this.texts.set(uri.toString(), text);
      this.changes.fire(uri);
    }
  }
}
