/** Ghost text: inline completions from one `inhouse complete` process for each folder. */

import * as vscode from "vscode";
import { absence, findCommand } from "../core/command.ts";
import { Completer, type CompleterState, type CompletionWish } from "../core/completer.ts";
import type { Program } from "../core/program.ts";
import { completeWords } from "../core/request.ts";
import { around, neighbours, Recent, type Buffer } from "../core/window.ts";
import { isWritten, nameBelow, placeOf, type Place } from "./place.ts";
import { commandSettings, completionSettings, type CompletionSettings } from "./settings.ts";

/** Who hears how completion is. */
export interface InlineListener {
  readonly changed: (state: CompleterState) => void;
  readonly log: (line: string) => void;
}

/** Provides completions, and holds the processes that make them. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  private readonly completers = new Map<string, Completer>();
  private readonly recent = new Recent();
  private readonly listener: InlineListener;

  constructor(listener: InlineListener) {
    this.listener = listener;
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const invoked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const settings = completionSettings(document);
    if (!isWritten(document) || (!settings.enabled && !invoked)) {
      return [];
    }
    const cancelled = signalOf(token);
    try {
      if (!invoked && !(await pause(settings.debounce, cancelled.signal))) {
        return [];
      }
      this.recent.use(document.uri.toString());
      const place = placeOf(document.uri);
      const selected = context.selectedCompletionInfo;
      const completer = this.completer(place, settings);
      const limited = !invoked && settings.timeBudget > 0 && completer.warm;
      const wish: CompletionWish = {
        ...this.wish(document, position, place, settings, selected),
        n: invoked ? settings.candidates : 1,
        // A model that is being loaded would not write a word within its time.
        ...(limited ? { budget_ms: settings.timeBudget } : {}),
      };
      const answer = await completer.complete(wish, cancelled.signal);
      const range = selected?.range ?? new vscode.Range(position, position);
      return (answer?.candidates ?? []).map(
        (text) => new vscode.InlineCompletionItem((selected?.text ?? "") + text, range),
      );
    } finally {
      cancelled.dispose();
    }
  }

  /** The state of the process that serves a document. */
  stateOf(document: vscode.TextDocument): CompleterState {
    const completer = this.completers.get(placeOf(document.uri).folder);
    return completer?.state ?? { kind: "resting" };
  }

  /** A document was closed. */
  forget(document: vscode.TextDocument): void {
    this.recent.forget(document.uri.toString());
  }

  /** End every process; the next request starts one anew, with the settings of then. */
  restart(): void {
    for (const completer of this.completers.values()) {
      completer.stop();
    }
    this.completers.clear();
  }

  dispose(): void {
    this.restart();
  }

  private completer(place: Place, settings: CompletionSettings): Completer {
    const known = this.completers.get(place.folder);
    if (known !== undefined) {
      return known;
    }
    // The folder of a loose file may be a whole home: it is not indexed.
    const symbols = settings.symbols && place.opened;
    const completer = new Completer(() => this.program(place.folder, symbols), this.listener);
    this.completers.set(place.folder, completer);
    return completer;
  }

  private program(folder: string, symbols: boolean): Program | string {
    const settings = commandSettings();
    const command = findCommand(settings.command);
    return command === undefined
      ? absence(settings.command)
      : { command, words: completeWords(settings, folder, symbols), folder };
  }

  private wish(
    document: vscode.TextDocument,
    position: vscode.Position,
    place: Place,
    settings: CompletionSettings,
    selected: vscode.SelectedCompletionInfo | undefined,
  ): Omit<CompletionWish, "n"> {
    // A chosen entry of the list of suggestions counts as written.
    const text = document.getText();
    const start = document.offsetAt(selected?.range.start ?? position);
    const end = document.offsetAt(selected?.range.end ?? position);
    const written = text.slice(0, start) + (selected?.text ?? "");
    const { prefix, suffix } = around(written + text.slice(end), written.length);
    return {
      prefix,
      suffix,
      file: place.file,
      files: settings.openFiles ? this.openFiles(document, place) : [],
      max_tokens: settings.maxTokens,
    };
  }

  private openFiles(document: vscode.TextDocument, place: Place): Buffer[] {
    const shown = new Set(
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .map((tab) => tab.input)
        .filter((input) => input instanceof vscode.TabInputText)
        .map((input) => input.uri.toString()),
    );
    const documents = new Map(
      vscode.workspace.textDocuments
        .filter((one) => one !== document && isWritten(one) && shown.has(one.uri.toString()))
        .map((one) => [one.uri.toString(), one]),
    );
    const sorted = this.recent.sort([...documents.keys()]);
    return neighbours(
      sorted
        .map((name) => documents.get(name))
        .filter((one) => one !== undefined)
        .map((one) => ({ file: nameBelow(place.folder, one.uri), text: one.getText() })),
    );
  }
}

/** A signal that follows a cancellation token. */
export function signalOf(token: vscode.CancellationToken): {
  readonly signal: AbortSignal;
  readonly dispose: () => void;
} {
  const controller = new AbortController();
  if (token.isCancellationRequested) {
    controller.abort();
  }
  const listening = token.onCancellationRequested(() => {
    controller.abort();
  });
  return { signal: controller.signal, dispose: () => void listening.dispose() };
}

/** Wait; false when the signal came first. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) {
    return false;
  }
  return await new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener("abort", finish, { once: true });
  });
}
