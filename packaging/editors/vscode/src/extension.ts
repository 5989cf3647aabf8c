/** What the editor starts: registers the commands and providers. No process runs before it is used. */

import * as vscode from "vscode";
import { Answers } from "./editor/answering.ts";
import { writeMessage } from "./editor/committing.ts";
import { Editing, type EditWish } from "./editor/editing.ts";
import { InlineCompletions } from "./editor/inline.ts";
import { chooseModel, showMenu } from "./editor/menu.ts";
import { Proposals } from "./editor/proposals.ts";
import { Reviewing } from "./editor/reviewing.ts";
import { Errands } from "./editor/running.ts";
import { SECTION } from "./editor/settings.ts";
import { Status } from "./editor/status.ts";
import { Terminals } from "./editor/terminal.ts";

const UNTRUSTED = "This folder is in Restricted Mode. Trust it first (Workspaces: Manage Trust).";

/** Called once, when the editor has started or a command is used. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("inhouse", { log: true });
  const errands = new Errands(log);
  const terminals = new Terminals(errands);
  context.subscriptions.push(log, errands, terminals);
  context.subscriptions.push(
    vscode.window.registerTerminalProfileProvider("inhouse.terminal", terminals),
  );
  registerCompletion(context, log);
  registerEditing(context, errands);
  registerReading(context, errands);
  registerTrusted(context, "inhouse.chat", () => terminals.show());
  registerTrusted(context, "inhouse.continueChat", () => terminals.show(true));
  registerTrusted(context, "inhouse.mention", () => terminals.mention());
  register(context, "inhouse.menu", () => showMenu(errands));
  register(context, "inhouse.chooseModel", () => chooseModel(errands));
  registerTrusted(context, "inhouse.commitMessage", (source) => writeMessage(errands, source));
  register(context, "inhouse.showLog", () => {
    log.show();
  });
}

function registerCompletion(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): void {
  const completions = new InlineCompletions({
    changed: () => {
      status.update();
    },
    log: (line) => {
      log.info(line);
    },
  });
  const status = new Status((document) => completions.stateOf(document));
  status.update();
  context.subscriptions.push(
    completions,
    status,
    vscode.languages.registerInlineCompletionItemProvider({ pattern: "**" }, completions),
    vscode.window.onDidChangeActiveTextEditor(() => {
      status.update();
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      completions.forget(document);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SECTION)) {
        completions.restart();
        status.update();
      }
    }),
  );
  register(context, "inhouse.restart", () => {
    completions.restart();
    status.update();
  });
}

function registerEditing(context: vscode.ExtensionContext, errands: Errands): void {
  const proposals = new Proposals();
  const editing = new Editing(errands, proposals);
  context.subscriptions.push(proposals);
  register(context, "inhouse.edit", async (wish, uri) => {
    if (uri instanceof vscode.Uri) {
      await vscode.window.showTextDocument(uri);
    }
    await editing.edit(readWish(wish));
  });
  register(context, "inhouse.acceptEdit", (uri) => proposals.accept(readUri(uri)));
  register(context, "inhouse.rejectEdit", (uri) => proposals.reject(readUri(uri)));
}

function registerReading(context: vscode.ExtensionContext, errands: Errands): void {
  const answers = new Answers(errands);
  const reviewing = new Reviewing(errands);
  context.subscriptions.push(
    answers,
    reviewing,
    vscode.languages.registerCodeActionsProvider({ scheme: "file" }, reviewing, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
  register(context, "inhouse.ask", () => answers.ask());
  register(context, "inhouse.explain", () => answers.explain());
  registerTrusted(context, "inhouse.review", () => reviewing.review());
  register(context, "inhouse.clearReview", () => {
    reviewing.clear();
  });
}

function register(
  context: vscode.ExtensionContext,
  name: string,
  act: (...words: unknown[]) => unknown,
): void {
  context.subscriptions.push(vscode.commands.registerCommand(name, act));
}

/** What runs programs in the folder waits for trust, whoever calls it. */
function registerTrusted(
  context: vscode.ExtensionContext,
  name: string,
  act: (...words: unknown[]) => unknown,
): void {
  register(context, name, (...words) => {
    if (vscode.workspace.isTrusted) {
      return act(...words);
    }
    return vscode.window.showInformationMessage(`inhouse: ${UNTRUSTED}`);
  });
}

function readUri(value: unknown): vscode.Uri | undefined {
  return value instanceof vscode.Uri ? value : undefined;
}

/** What another command, or a person's key binding, asks for. */
function readWish(value: unknown): EditWish {
  if (typeof value !== "object" || value === null) {
    return {};
  }
  const { instruction, range } = value as Record<string, unknown>;
  return {
    ...(typeof instruction === "string" ? { instruction } : {}),
    ...(range instanceof vscode.Range ? { range } : {}),
  };
}
