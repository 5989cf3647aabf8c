/** Edits a selection as a person says, and proposes the result. */

import * as vscode from "vscode";
import { readEdited } from "../core/answers.ts";
import { withEndsOf } from "../core/change.ts";
import { Proposal } from "../core/proposal.ts";
import { editWords, type Lines } from "../core/request.ts";
import { isWritten, placeOf } from "./place.ts";
import type { Proposals } from "./proposals.ts";
import type { Errands } from "./running.ts";
import { commandSettings } from "./settings.ts";

const NOWHERE = "Open a file and select what is to be changed.";
const SAME = "Nothing had to be changed.";

/** What the edit command can be told instead of asking the person. */
export interface EditWish {
  readonly instruction?: string;
  readonly range?: vscode.Range;
}

/** Asks for an instruction and shows what becomes of the selection. */
export class Editing {
  private readonly errands: Errands;
  private readonly proposals: Proposals;
  private lastInstruction = "";

  constructor(errands: Errands, proposals: Proposals) {
    this.errands = errands;
    this.proposals = proposals;
  }

  /** Edit the selection of the active editor; without one, the function or class around. */
  async edit(wish: EditWish = {}): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || !isWritten(editor.document)) {
      await vscode.window.showInformationMessage(`inhouse: ${NOWHERE}`);
      return;
    }
    const { document } = editor;
    // What is typed from here on is carried over when the edit is accepted.
    const before = document.getText();
    const lines = await linesOf(document, wish.range ?? editor.selection);
    const instruction = wish.instruction ?? (await this.askInstruction(lines));
    if (instruction === undefined || instruction.trim() === "") {
      return;
    }
    const place = placeOf(document.uri);
    const outcome = await this.errands.run({
      title: instruction,
      folder: place.folder,
      words: editWords(commandSettings(), place.file, lines, instruction),
      input: before,
    });
    if (outcome === undefined) {
      return;
    }
    const edited = readEdited(outcome.output);
    if ("problem" in edited) {
      this.errands.complain(edited.problem);
      return;
    }
    const after = withEndsOf(edited.text, document.eol === vscode.EndOfLine.CRLF);
    const proposal = new Proposal(before, after, instruction);
    if (!proposal.changed) {
      void vscode.window.showInformationMessage(`inhouse: ${SAME}`);
      return;
    }
    await this.proposals.show(document.uri, proposal);
  }

  private async askInstruction(lines: Lines): Promise<string | undefined> {
    const span =
      lines.first === lines.last
        ? `line ${String(lines.first)}`
        : `lines ${String(lines.first)} to ${String(lines.last)}`;
    const instruction = await vscode.window.showInputBox({
      title: `Edit ${span}`,
      prompt: "What is to be changed?",
      placeHolder: "add type hints",
      value: this.lastInstruction,
    });
    this.lastInstruction = instruction ?? this.lastInstruction;
    return instruction;
  }
}

/** The lines that are meant: the selection, else the symbol around the cursor, else all of it. */
export async function linesOf(
  document: vscode.TextDocument,
  selection: vscode.Range,
): Promise<Lines> {
  if (!selection.isEmpty) {
    const { start, end } = selection;
    // A selection that ends at the beginning of a line does not mean that line.
    const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
    return { first: start.line + 1, last: last + 1 };
  }
  const symbol = await symbolAround(document.uri, selection.start);
  if (symbol !== undefined) {
    return { first: symbol.start.line + 1, last: symbol.end.line + 1 };
  }
  const text = document.getText();
  return { first: 1, last: Math.max(1, document.lineCount - (text.endsWith("\n") ? 1 : 0)) };
}

async function symbolAround(
  uri: vscode.Uri,
  place: vscode.Position,
): Promise<vscode.Range | undefined> {
  const found: unknown = await vscode.commands.executeCommand(
    "vscode.executeDocumentSymbolProvider",
    uri,
  );
  let symbols = (Array.isArray(found) ? found : []) as vscode.DocumentSymbol[];
  let inner: vscode.Range | undefined;
  for (;;) {
    const around = symbols.find((one) => isBlock(one) && one.range.contains(place));
    if (around === undefined) {
      return inner;
    }
    inner = around.range;
    symbols = around.children;
  }
}

const BLOCKS = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Interface,
  vscode.SymbolKind.Struct,
  vscode.SymbolKind.Enum,
]);

/** Older providers give symbols without a range of their own; those are passed over. */
function isBlock(symbol: vscode.DocumentSymbol): boolean {
  return BLOCKS.has(symbol.kind) && "range" in symbol;
}
